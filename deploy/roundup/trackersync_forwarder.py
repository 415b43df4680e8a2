"""Posts the events that the Roundup detector has put into its spool.

    trackersync_forwarder.py --home TRACKER_HOME            run
    trackersync_forwarder.py --home TRACKER_HOME --once     one attempt, then leave
    trackersync_forwarder.py --home TRACKER_HOME --check    show settings and spool

Oldest first, one at a time, each until the receiver has taken it.  Only a
2xx answer removes an event; 400 and 413 (the event itself is at fault) move
it to rejected/; after anything else it is kept and tried again.  Needs
nothing but Python's standard library.
"""

import argparse
import base64
import binascii
import configparser
import contextlib
import email.utils
import fcntl
import hashlib
import hmac
import http.client
import json
import logging
import os
import random
import select
import signal
import socket
import ssl
import sys
import time
import urllib.parse

LOG = logging.getLogger("trackersync-forwarder")

VERSION = "1"
SPOOL_FOLDER = "trackersync-spool"
FIRST_DELAY = 0.2
LONGEST_DELAY = 60.0
# A receiver that asks for more than this is asked again after this.
LONGEST_RETRY_AFTER = 3600.0
SECONDS_BETWEEN_LOOKS = 1.0
LOG_LIMIT = 1 << 20
LONGEST_SOCKET_PATH = 100


# ValueError: an address that cannot be parsed.
UNSENDABLE = (OSError, http.client.HTTPException, ValueError)


class Undelivered(Exception):
    """The event could not be delivered now; keep it and try again."""

    def __init__(self, reason, retry_after=0.0):
        super().__init__(reason)
        self.retry_after = retry_after


class Rejected(Exception):
    """The receiver will never take this event."""

    def __init__(self, status, answer):
        super().__init__("answer %d" % status)
        self.status = status
        self.answer = answer


# --- settings ---------------------------------------------------------------

class Settings:
    """Section [trackersync] of detectors/config.ini, read again if it changes.

    So a wrong address or secret can be corrected without a restart.
    """

    def __init__(self, home):
        self.home = home
        self.file = os.path.join(home, "detectors", "config.ini")
        self.state = None
        self.values = {}

    def refresh(self):
        """Read the file again if it or the secret's file changed."""
        state = [stamp(self.file), stamp(self.secret_file() or self.file)]
        if state == self.state:
            return False
        # The same reading as Roundup's own, % and TRACKER_HOME included.
        parser = configparser.ConfigParser({"TRACKER_HOME": self.home})
        try:
            parser.read([self.file])
            self.values = (dict(parser["trackersync"])
                           if parser.has_section("trackersync") else {})
        except configparser.Error as error:
            # Without the message: it may quote the line with the secret.
            LOG.error("%s cannot be read: %s", self.file, type(error).__name__)
            self.values = {}
        self.state = [stamp(self.file), stamp(self.secret_file() or self.file)]
        return True

    def get(self, name, default=""):
        return self.values.get(name, "").strip() or default

    def number(self, name, default):
        try:
            return float(self.get(name, default))
        except ValueError:
            LOG.error("%s is not a number; using %s", name, default)
            return default

    def secret_file(self):
        """Path of the secret's file, seen from the tracker home."""
        name = self.get("secret_file")
        return os.path.join(self.home, name) if name else None

    def secret(self):
        """The key for signing, as bytes."""
        text = self.get("secret").encode()
        if self.secret_file():
            try:
                with open(self.secret_file(), "rb") as file:
                    text = file.read().strip()
            except OSError as error:
                raise Undelivered("secret_file: %s" % error.strerror) from None
        if not text:
            raise Undelivered("neither secret_file nor secret is set")
        return signing_key(text)


def stamp(path):
    """Something that changes when the file does."""
    try:
        status = os.stat(path)
        return status.st_mtime_ns, status.st_size, status.st_ino
    except OSError:
        return None


def signing_key(text):
    """Key bytes from a secret: whsec_<base64>, else the text itself."""
    if not text.startswith(b"whsec_"):
        return text
    try:
        return base64.b64decode(text[len(b"whsec_"):], validate=True)
    except binascii.Error:
        raise Undelivered("the secret is not whsec_ and base64") from None


# --- spool ------------------------------------------------------------------

class Spool:
    """The folder of waiting events, and what else lies in it."""

    def __init__(self, home):
        self.folder = os.path.join(home, SPOOL_FOLDER)

    def path(self, name):
        return os.path.join(self.folder, name)

    def pending(self):
        """Names of the waiting events, oldest first."""
        try:
            return sorted(name for name in os.listdir(self.folder)
                          if name.endswith(".json"))
        except FileNotFoundError:
            return []

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def remove(self, name):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path(name))

    def reject(self, name, rejected):
        """Put an event aside, with the answer it got beside it."""
        folder = self.path("rejected")
        os.makedirs(folder, mode=0o770, exist_ok=True)
        answer = os.path.join(folder, name[:-len(".json")] + ".answer")
        with open(answer, "wb") as file:
            file.write(b"%d\n" % rejected.status + rejected.answer)
        os.rename(self.path(name), os.path.join(folder, name))

    @contextlib.contextmanager
    def lock(self, patience=2.0):
        """Hold the spool; gives False if somebody else does.

        Detectors take a shared lock for an instant to see whether there is
        a forwarder; patience keeps that from looking like another one.
        """
        os.makedirs(self.folder, mode=0o770, exist_ok=True)
        handle = os.open(self.path("lock"), os.O_RDWR | os.O_CREAT, 0o660)
        try:
            held = lock_within(handle, patience)
            if held:
                # For people: who is it?
                os.ftruncate(handle, 0)
                os.pwrite(handle, b"%d\n" % os.getpid(), 0)
            yield held
        finally:
            os.close(handle)

    def is_held(self):
        """Whether a forwarder runs, found out without disturbing it."""
        try:
            with open(self.path("lock"), "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True

    def forget_start_mark(self):
        """Tell the detectors that no start is under way any more."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.path("starting"))


def lock_within(handle, patience):
    """Take an exclusive lock, trying for some time."""
    deadline = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(0.01)


class WakeSocket:
    """The socket at which detectors knock after an edit."""

    def __init__(self, spool):
        self.spool = spool
        self.socket = None

    def __enter__(self):
        self.forget()
        waker = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        waker.setblocking(False)
        try:
            self.bind(waker)
            os.chmod(self.spool.path("wake"), 0o660)
            self.socket = waker
        except OSError as error:
            waker.close()
            LOG.warning("no wake-up socket (%s): looking once a second", error)
        return self

    def bind(self, waker):
        """Bind by way of the folder's handle if the path is too long."""
        path = self.spool.path("wake")
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            waker.bind(path)
            return
        folder = os.open(self.spool.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            waker.bind("/proc/self/fd/%d/wake" % folder)
        finally:
            os.close(folder)

    def __exit__(self, *_exception):
        if self.socket:
            self.socket.close()
            self.forget()

    def forget(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.spool.path("wake"))

    def wait(self, seconds):
        """Wait for a knock, not longer than that; swallow further ones."""
        if not self.socket:
            time.sleep(seconds)
            return
        select.select([self.socket], [], [], seconds)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.socket.recv(16)


# --- receiver ---------------------------------------------------------------

class Receiver:
    """The address that events are posted to, over one kept connection."""

    def __init__(self, settings):
        self.settings = settings
        self.connection = None
        self.connected_to = None

    def post(self, webhook_id, body):
        """Deliver one event, or raise Undelivered or Rejected."""
        answer = self.exchange(webhook_id, body)
        status, headers, text = answer
        if 200 <= status < 300:
            return
        if status in (400, 413):
            raise Rejected(status, text)
        reason = "answer %d" % status
        if 300 <= status < 400:
            reason += " (redirected to %s; correct the url)" % headers.get(
                "Location")
        raise Undelivered(reason, retry_after(headers.get("Retry-After")))

    def exchange(self, webhook_id, body):
        """Send; a kept connection that has gone stale gets a second chance."""
        kept = self.connection is not None
        try:
            return self.send(webhook_id, body)
        except (http.client.RemoteDisconnected, ConnectionResetError,
                BrokenPipeError) as error:
            self.close()
            if not kept:
                raise Undelivered(describe(error)) from None
        except UNSENDABLE as error:
            self.close()
            raise Undelivered(describe(error)) from None
        try:
            return self.send(webhook_id, body)
        except UNSENDABLE as error:
            self.close()
            raise Undelivered(describe(error)) from None

    def send(self, webhook_id, body):
        """One request and its answer: status, headers, start of the body."""
        url = self.settings.get("url")
        target = self.connect(url)
        self.connection.request(
            "POST", target, body, signed_headers(
                self.settings.secret(), webhook_id, int(time.time()), body))
        response = self.connection.getresponse()
        text = response.read(65536)
        if not response.isclosed():
            # More than we want to read: the connection can't be used again.
            self.close()
        return response.status, response.headers, text

    def connect(self, url):
        """Have a connection for this address; returns the request target."""
        parts = urllib.parse.urlsplit(url)
        timeout = self.settings.number("timeout", 10.0)
        wanted = parts.scheme, parts.netloc, timeout
        if wanted != self.connected_to:
            self.close()
        if self.connection is None:
            if not parts.hostname or parts.scheme not in ("http", "https"):
                raise Undelivered("url is not an http(s) address")
            self.connection = open_connection(parts, timeout)
            self.connected_to = wanted
        return (parts.path or "/") + ("?" + parts.query if parts.query else "")

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def open_connection(parts, timeout):
    """A connection object; it connects when first used."""
    if parts.scheme == "https":
        return http.client.HTTPSConnection(
            parts.hostname, parts.port, timeout=timeout,
            context=ssl.create_default_context())
    return http.client.HTTPConnection(parts.hostname, parts.port,
                                      timeout=timeout)


def signed_headers(key, webhook_id, moment, body):
    """Headers of the Standard Webhooks specification."""
    signed = b"%s.%d." % (webhook_id.encode(), moment) + body
    signature = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest())
    return {
        "Content-Type": "application/json",
        "User-Agent": "trackersync-roundup-forwarder/" + VERSION,
        "webhook-id": webhook_id,
        "webhook-timestamp": str(moment),
        "webhook-signature": "v1," + signature.decode(),
    }


def retry_after(value):
    """Seconds of a Retry-After header, which may also be a date."""
    if not value:
        return 0.0
    try:
        seconds = float(value)
    except ValueError:
        try:
            moment = email.utils.parsedate_to_datetime(value)
            seconds = moment.timestamp() - time.time()
        except (ValueError, TypeError):
            return 0.0
    return min(max(seconds, 0.0), LONGEST_RETRY_AFTER)


def describe(error):
    return "%s: %s" % (type(error).__name__, error)


# --- forwarding -------------------------------------------------------------

class Forwarder:
    """Takes events from the spool to the receiver."""

    def __init__(self, home, self_started):
        self.settings = Settings(home)
        self.spool = Spool(home)
        self.receiver = Receiver(self.settings)
        self.self_started = self_started
        self.unreadable = set()

    def serve(self):
        """Forward until told to stop, or nothing came for a while."""
        while True:
            with self.spool.lock() as held:
                # Also by one that leaves: the holder may leave next, and then
                # the mark would keep the next edit from starting anybody.
                self.spool.forget_start_mark()
                if not held:
                    LOG.info("another forwarder holds %s", self.spool.folder)
                    return 0
                with WakeSocket(self.spool) as wake:
                    self.forward(wake)
            # A detector that still saw the lock held starts nobody.  Its
            # event was written before, so it is seen here.
            if not self.spool.pending():
                LOG.info("nothing to do any more")
                return 0

    def forward(self, wake):
        """Deliver what is there, then wait for more; return when idle."""
        last_work = time.monotonic()
        while True:
            self.settings.refresh()
            pending = [name for name in self.spool.pending()
                       if name not in self.unreadable]
            for name in pending:
                self.deliver(name)
                last_work = time.monotonic()
            self.keep_log_short()
            idle = time.monotonic() - last_work
            if self.self_started and idle >= self.settings.number(
                    "idle_exit", 300.0):
                return
            wake.wait(SECONDS_BETWEEN_LOOKS)

    def deliver(self, name):
        """Deliver one event, however long it takes: order is kept."""
        failures = 0
        while True:
            try:
                self.attempt(name)
                if failures:
                    LOG.info("delivered after %d failures", failures)
                return
            except Undelivered as undelivered:
                delay = max(backoff(failures), undelivered.retry_after)
                failures += 1
                LOG.warning("kept %s: %s; %d waiting, next try in %.1f s",
                            name, undelivered, len(self.spool.pending()), delay)
                self.keep_log_short()
                self.sit_out(delay)

    def attempt(self, name):
        """Try once.  Raises Undelivered if it is to be tried again."""
        self.settings.refresh()
        try:
            body = self.spool.read(name)
        except FileNotFoundError:
            return
        except OSError as error:
            LOG.error("%s cannot be read, leaving it there: %s", name, error)
            self.unreadable.add(name)
            return
        webhook_id = name[:-len(".json")].rsplit("-", 1)[-1]
        try:
            self.receiver.post(webhook_id, body)
            self.spool.remove(name)
        except Rejected as rejected:
            LOG.error("%s rejected with %d, now in rejected/", name,
                      rejected.status)
            self.spool.reject(name, rejected)

    def sit_out(self, seconds):
        """Wait before the next try, but not if the settings are corrected."""
        deadline = time.monotonic() + seconds
        while True:
            rest = deadline - time.monotonic()
            if rest <= 0 or self.settings.refresh():
                return
            time.sleep(min(rest, SECONDS_BETWEEN_LOOKS))

    def keep_log_short(self):
        """Start our log afresh when it has grown; nobody else rotates it."""
        if self.self_started and os.fstat(2).st_size > LOG_LIMIT:
            os.ftruncate(2, 0)

    def once(self):
        """One attempt for each waiting event, up to the first failure."""
        with self.spool.lock() as held:
            if not held:
                LOG.error("another forwarder holds %s", self.spool.folder)
                return 1
            try:
                for name in self.spool.pending():
                    self.attempt(name)
            except Undelivered as undelivered:
                LOG.error("kept %s: %s", name, undelivered)
                return 1
        return 0


def backoff(failures):
    """Seconds before the next try: doubling, with some chance in it."""
    delay = min(FIRST_DELAY * 2 ** min(failures, 20), LONGEST_DELAY)
    return delay * random.uniform(0.5, 1.0)


# --- command line -----------------------------------------------------------

def check(home):
    """Print settings, without the secret, and the state of the spool."""
    settings, spool = Settings(home), Spool(home)
    settings.refresh()
    problem = None
    try:
        settings.secret()
    except Undelivered as undelivered:
        problem = str(undelivered)
    pending = spool.pending()
    oldest = None
    if pending:
        oldest = round(time.time() - int(pending[0].split("-")[0]) / 1e9, 1)
    rejected = spool.path("rejected")
    print(json.dumps({
        "settings": settings.file,
        "url": settings.get("url") or None,
        "secret": problem or "set",
        "secret_file": settings.secret_file(),
        "timeout": settings.number("timeout", 10.0),
        "forwarder": settings.get("forwarder", "auto"),
        "idle_exit": settings.number("idle_exit", 300.0),
        "max_spool": int(settings.number("max_spool", 100000)),
        "spool": spool.folder,
        "forwarder_running": spool.is_held(),
        "waiting": len(pending),
        "oldest_seconds": oldest,
        "rejected": (sum(name.endswith(".json") for name in os.listdir(rejected))
                     if os.path.isdir(rejected) else 0),
    }, indent=2))
    return 0 if settings.get("url") and not problem else 2


def stop(_signal, _frame):
    # Raised wherever we are: every step is either done or repeated later
    # under the same webhook-id.
    raise SystemExit(0)


def main():
    parser = argparse.ArgumentParser(
        description="Posts the events spooled by the Roundup detector.")
    parser.add_argument("--home", required=True, help="the tracker home")
    parser.add_argument("--once", action="store_true",
                        help="try each waiting event once, then leave")
    parser.add_argument("--check", action="store_true",
                        help="print settings and spool, do nothing")
    parser.add_argument("--self-started", action="store_true",
                        help="leave when idle (as the detector starts it)")
    options = parser.parse_args()
    home = os.path.abspath(options.home)
    if not os.path.isdir(os.path.join(home, "detectors")):
        parser.error("%s is not a tracker home" % home)
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s")
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if options.check:
        return check(home)
    forwarder = Forwarder(home, options.self_started)
    return forwarder.once() if options.once else forwarder.serve()


if __name__ == "__main__":
    sys.exit(main())
