"""A small HTTP server that takes the events of the Roundup detector."""

import base64
import hashlib
import hmac
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ACCEPTED = (202, {}, b"{}")


def free_port():
    """A port that nobody listens at just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Event:
    """One request as it came in."""

    def __init__(self, headers, body):
        self.arrived = time.monotonic()
        self.headers, self.body = headers, body
        self.webhook_id = headers["webhook-id"]
        self.content = json.loads(body)
        self.data = self.content["data"]
        # What a test's look at the tracker found while this was answered.
        self.seen = None

    def is_signed_with(self, key):
        """Check the signature as Standard Webhooks tells receivers to."""
        moment = self.headers["webhook-timestamp"]
        if abs(time.time() - int(moment)) > 300:
            return False
        signed = ".".join((self.webhook_id, moment)).encode() + b"." + self.body
        expected = base64.b64encode(
            hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return hmac.compare_digest("v1," + expected,
                                   self.headers["webhook-signature"])


class EventReceiver:
    """Collects events; a test decides what is answered.

    answer is called with each event and returns status, headers and body;
    it may block.
    """

    def __init__(self, port=None):
        self.port = port or free_port()
        self.url = "http://127.0.0.1:%d/webhooks/office" % self.port
        self.events = []
        self.arrival = threading.Condition()
        self.answer = lambda event: ACCEPTED
        self.server = None

    def start(self):
        handler = type("Handler", (EventHandler,), {"receiver": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.02,),
                         daemon=True).start()

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def take(self, event):
        """Record an event and find its answer."""
        with self.arrival:
            self.events.append(event)
            self.arrival.notify_all()
        return self.answer(event)

    def wait_for(self, count, seconds=30):
        """Wait until that many events have come; returns them."""
        with self.arrival:
            if not self.arrival.wait_for(
                    lambda: len(self.events) >= count, seconds):
                raise AssertionError("%d events instead of %d after %d s" % (
                    len(self.events), count, seconds))
            return list(self.events)

    def clear(self):
        with self.arrival:
            self.events.clear()


class EventHandler(BaseHTTPRequestHandler):
    """Hands each request to the receiver."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    receiver = None

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, headers, answer = self.receiver.take(Event(self.headers, body))
        try:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)
            self.wfile.flush()
        except OSError:
            # The sender was killed by the test while it waited.
            self.close_connection = True

    def log_message(self, *_arguments):
        """Quiet."""
