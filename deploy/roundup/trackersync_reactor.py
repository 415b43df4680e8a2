"""Roundup detector: tells Tracker Sync which issue has just changed.

Copy this file to TRACKER_HOME/detectors/ and trackersync_forwarder.py to
TRACKER_HOME/.  The detector writes one small file per changed issue into
TRACKER_HOME/trackersync-spool/; the forwarder posts those files.  No edit
ever waits for the network, and nothing that goes wrong here reaches the
person who edits: it is written to the log "roundup.trackersync".

Settings: section [trackersync] of TRACKER_HOME/detectors/config.ini.
"""

import contextlib
import fcntl
import functools
import itertools
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
import uuid
from datetime import datetime, timezone

LOG = logging.getLogger("roundup.trackersync")

SPOOL_FOLDER = "trackersync-spool"
FORWARDER_FILE = "trackersync_forwarder.py"
DEFAULT_MAX_SPOOL = 100000
# A forwarder needs some 100 ms from its start until it holds the lock.
SECONDS_BETWEEN_STARTS = 3
SECONDS_A_COUNT_IS_TRUSTED = 5
# AF_UNIX addresses are limited to 108 bytes on Linux, 104 elsewhere.
LONGEST_SOCKET_PATH = 100
# After the other detectors, so that what they add to an edit is seen too.
LATE = 10000

FILE_NUMBER = itertools.count()


def never_raise(function):
    """Log any failure: an exception would break the user's edit."""

    @functools.wraps(function)
    def guarded(*args):
        try:
            function(*args)
        except Exception:
            LOG.exception("%s failed; the edit itself is not affected",
                          function.__name__)
        # None in every case: the anydbm backend reindexes what the
        # functions of a transaction return.

    return guarded


# --- what changed -----------------------------------------------------------

def changed_properties(cl, nodeid, oldvalues):
    """Names of the properties that differ from before (sorted)."""
    if oldvalues is None:
        return sorted(name for name in cl.getprops(protected=0)
                      if cl.get(nodeid, name) not in (None, [], ""))
    return sorted(name for name in cl.getprops(protected=0)
                  if name in oldvalues
                  and differs(oldvalues[name], cl.get(nodeid, name)))


def differs(old, new):
    """Compare two property values; the order of ids does not matter."""
    if isinstance(old, list) and isinstance(new, list):
        return sorted(old) != sorted(new)
    try:
        return old != new
    except Exception:
        # Dates and passwords of Roundup refuse to be compared with None.
        return True


@never_raise
def issue_created(db, cl, nodeid, oldvalues):
    note(db, nodeid, "create", changed_properties(cl, nodeid, None))


@never_raise
def issue_set(db, cl, nodeid, oldvalues):
    properties = changed_properties(cl, nodeid, oldvalues)
    if properties:
        note(db, nodeid, "set", properties)


@never_raise
def issue_retired(db, cl, nodeid, oldvalues):
    note(db, nodeid, "retire", [])


@never_raise
def issue_restored(db, cl, nodeid, oldvalues):
    note(db, nodeid, "restore", [])


@never_raise
def attachment_changed(db, cl, nodeid, oldvalues):
    """A message or file changed: report the issues that link to it.

    One that no issue links to yet needs nothing: linking it is an edit of
    the issue.
    """
    if oldvalues is not None and not changed_properties(cl, nodeid, oldvalues):
        return
    through = {"msg": "messages", "file": "files"}[cl.classname]
    for issue in db.issue.find(**{through: nodeid}):
        note(db, issue, "set", [through])


# --- one event per issue and transaction ------------------------------------

class Transaction:
    """The changed issues of one database transaction, in order."""

    def __init__(self, db):
        self.actor = username(db)
        self.source = getattr(db, "tx_Source", None)
        self.issues = {}

    def add(self, issue, action, properties):
        """Fold one change into what is already known of the issue."""
        known = self.issues.setdefault(issue, [action, set()])
        # A new issue stays new whatever else happens to it, except retiring.
        if action in ("retire", "restore"):
            known[0] = action
        known[1].update(properties)

    def bodies(self):
        """The bodies to post, as bytes."""
        moment = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
        for issue, (action, properties) in self.issues.items():
            kind = "issue.deleted" if action == "retire" else "issue.changed"
            yield json.dumps({
                "type": kind,
                "timestamp": moment.replace("+00:00", "Z"),
                "data": {"class": "issue", "id": issue, "action": action,
                         "properties": sorted(properties),
                         "actor": self.actor, "source": self.source},
            }).encode()


def username(db):
    """Name of the user who edits; None if there is none (yet)."""
    try:
        return db.user.get(db.getuid(), "username")
    except Exception:
        return None


def note(db, issue, action, properties):
    """Remember a change until the transaction is committed.

    Reactors run before COMMIT, when a receiver that looks would still see
    the old state, and when the edit may yet be rolled back.  What stands in
    db.transactions is called right after COMMIT and forgotten on rollback.
    That list belongs to Roundup and is not documented.
    """
    waiting = getattr(db, "transactions", None)
    if not isinstance(waiting, list):
        LOG.warning("this backend has no list of transactions: the event of "
                    "issue%s may come before the change is visible", issue)
        early = Transaction(db)
        early.add(issue, action, properties)
        # Without a wake-up: the forwarder finds it within a second, by when
        # the edit is most likely committed.
        Spool(db).write(early.bodies())
        return
    # The list is also the only memory: it is emptied by commit and rollback.
    for function, args in waiting:
        if function is committed:
            args[1].add(issue, action, properties)
            return
    transaction = Transaction(db)
    transaction.add(issue, action, properties)
    waiting.append((committed, (db, transaction)))


@never_raise
def committed(db, transaction):
    """Spool the events of a committed transaction and see to the forwarder."""
    waiting = db.transactions
    if waiting and waiting[-1][0] is not committed:
        # anydbm has no COMMIT: it writes item by item while it walks through
        # this list.  Moving to its end makes us run after all of them.
        waiting.append((committed, (db, transaction)))
        return
    spool = Spool(db)
    if spool.write(transaction.bodies()):
        spool.wake_forwarder()
        # Only after the file is there: a forwarder that is about to leave
        # looks once more after it has released the lock.
        spool.ensure_forwarder()


# --- the spool --------------------------------------------------------------

class Spool:
    """The folder in which events wait for the forwarder."""

    def __init__(self, db):
        self.home = os.path.abspath(db.config["TRACKER_HOME"])
        self.folder = os.path.join(self.home, SPOOL_FOLDER)
        self.settings = functools.partial(setting, db)
        self.owner = os.stat(os.path.join(self.home, db.config["DATABASE"]))

    def write(self, bodies):
        """Write one file per event; tell whether any was written."""
        self.make_folder()
        written = 0
        for body in bodies:
            if self.is_full():
                LOG.error("%s is full: event dropped: %s", self.folder,
                          body.decode())
                continue
            self.write_file(body)
            written += 1
        return written

    def make_folder(self):
        """Create the folder with the rights of the database folder.

        The web server, the mail gateway and roundup-admin may be different
        users; whoever may write the database must be able to write here.
        """
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder, exist_ok=True)
            os.chmod(self.folder, self.owner.st_mode & 0o2770 | 0o700)
            self.give_to_owner(self.folder)

    def write_file(self, body):
        """Write one event so that it is either there as a whole or not.

        The name sorts by time and carries the webhook-id, which therefore
        stays the same however often the event is sent.
        """
        name = "%020d-%07d-%06d-evt_%s" % (
            time.time_ns(), os.getpid(), next(FILE_NUMBER) % 1000000,
            uuid.uuid4().hex)
        path = os.path.join(self.folder, name)
        with os.fdopen(self.create(path + ".tmp", os.O_EXCL), "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        os.rename(path + ".tmp", path + ".json")

    def create(self, path, flags):
        """Open a file for writing that all users of the tracker may write.

        The umask of one of them must not lock the others out.
        """
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | flags, 0o660)
        with contextlib.suppress(PermissionError):
            os.fchmod(handle, 0o660)
        self.give_to_owner(path)
        return handle

    def give_to_owner(self, path):
        """Let root (say, roundup-admin) leave nothing the service can't read."""
        if os.geteuid() == 0 and self.owner.st_uid != 0:
            os.chown(path, self.owner.st_uid, self.owner.st_gid)

    def is_full(self):
        """Whether as many events wait as are allowed.

        Counting a very full folder takes tens of milliseconds, so far away
        from the limit the last count is used for some seconds.
        """
        limit = int(self.settings("max_spool") or DEFAULT_MAX_SPOOL)
        tally = os.path.join(self.folder, "tally")
        try:
            recent = time.time() - os.stat(tally).st_mtime
            with open(tally, encoding="ascii") as file:
                counted = int(file.read() or 0)
            if recent < SECONDS_A_COUNT_IS_TRUSTED and counted < limit - 1000:
                return False
        except (OSError, ValueError):
            pass
        counted = sum(name.endswith(".json")
                      for name in os.listdir(self.folder))
        with contextlib.suppress(OSError):
            with os.fdopen(self.create(tally, os.O_TRUNC), "wb") as file:
                file.write(b"%d" % counted)
        return counted >= limit

    def wake_forwarder(self):
        """Poke the forwarder, if there is one; it looks each second anyway."""
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as poke:
                poke.setblocking(False)
                with socket_address(self.folder, "wake") as address:
                    poke.sendto(b"1", address)
        except OSError:
            pass

    def ensure_forwarder(self):
        """Start a forwarder unless one is there or somebody else sees to it."""
        if (self.settings("forwarder") or "auto").strip() == "external":
            return
        if not self.lock_is_held() and self.may_start():
            self.start_forwarder()

    def lock_is_held(self):
        """Whether a forwarder holds the spool.

        A shared lock, held for an instant, so that reactors do not take
        each other for a forwarder.
        """
        path = os.path.join(self.folder, "lock")
        handle = self.create(path, 0)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
        except BlockingIOError:
            return True
        finally:
            os.close(handle)

    def may_start(self):
        """Whether no start was tried just now, by this or another process.

        The forwarder removes the mark as soon as it holds the lock, so this
        holds back only starts that came to nothing.  A file, because with
        a forking server each request is a process with a memory of its own.
        """
        mark = os.path.join(self.folder, "starting")
        try:
            os.close(self.create(mark, os.O_EXCL))
            return True
        except FileExistsError:
            pass
        try:
            if time.time() - os.stat(mark).st_mtime < SECONDS_BETWEEN_STARTS:
                return False
            os.utime(mark)
            return True
        except FileNotFoundError:
            # Removed just now, that is: one has started.
            return False

    def start_forwarder(self):
        """Start a detached forwarder, as the owner of the database."""
        path = os.path.join(self.folder, "forwarder.log")
        more = {}
        if os.geteuid() == 0 and self.owner.st_uid != 0:
            more = {"user": self.owner.st_uid, "group": self.owner.st_gid,
                    "extra_groups": []}
        with os.fdopen(self.create(path, os.O_APPEND), "ab") as log:
            subprocess.Popen(
                [self.python(), "-I", os.path.join(self.home, FORWARDER_FILE),
                 "--home", self.home, "--self-started"],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=log, cwd="/", close_fds=True, start_new_session=True,
                **more)
        LOG.info("started a forwarder for %s", self.folder)

    def python(self):
        """The Python to run the forwarder with."""
        configured = self.settings("python")
        if configured:
            return configured
        # Embedded in another program (uWSGI, say) it names that program.
        if "python" in os.path.basename(sys.executable or ""):
            return sys.executable
        return shutil.which("python3") or "python3"


class socket_address:
    """An address for a socket in a folder whose path may be too long."""

    def __init__(self, folder, name):
        self.folder, self.name, self.handle = folder, name, None

    def __enter__(self):
        path = os.path.join(self.folder, self.name)
        if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
            return path
        self.handle = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        return "/proc/self/fd/%d/%s" % (self.handle, self.name)

    def __exit__(self, *_exception):
        if self.handle is not None:
            os.close(self.handle)


# --- installing -------------------------------------------------------------

def setting(db, name):
    """A value from [trackersync] of detectors/config.ini; None if absent."""
    try:
        return db.config.detectors["TRACKERSYNC_" + name.upper()]
    except Exception:
        # Roundup answers with an error of its own for an unknown option.
        return None


def init(db):
    """Roundup calls this whenever it opens the database."""
    if not setting(db, "url"):
        # Nowhere to send to: do not fill the disk.
        return
    db.issue.react("create", issue_created, priority=LATE)
    db.issue.react("set", issue_set, priority=LATE)
    db.issue.react("retire", issue_retired, priority=LATE)
    db.issue.react("restore", issue_restored, priority=LATE)
    for cl in (db.msg, db.file):
        for event in ("set", "retire", "restore"):
            cl.react(event, attachment_changed, priority=LATE)
