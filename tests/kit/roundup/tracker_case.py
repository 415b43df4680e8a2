"""Base of the tests: a real tracker, served, and a receiver of its events."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.request

import edit
import make_tracker
from event_receiver import EventReceiver, free_port

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "whsec_dHJhY2tlcnN5bmMgdGVzdCBzZWNyZXQ="
KEY = b"trackersync test secret"


def wait_until(condition, what, seconds=30):
    """Wait for a condition that nothing can tell us about."""
    deadline = time.monotonic() + seconds
    never = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("not within %d s: %s" % (seconds, what))
        never.wait(0.01)


class Original:
    """A tracker made once; each test works on a copy."""

    home = None

    @classmethod
    def path(cls):
        if cls.home is None:
            folder = tempfile.mkdtemp(prefix="roundup-original-")
            unittest.addModuleCleanup(cls.forget, folder)
            cls.home = os.path.join(folder, "tracker")
            make_tracker.make(cls.home, "http://127.0.0.1:1/tracker/",
                              "http://127.0.0.1:1/", SECRET)
        return cls.home

    @classmethod
    def forget(cls, folder):
        shutil.rmtree(folder)
        cls.home = None


class RunningTracker:
    """A copy of the tracker with a server process."""

    def __init__(self, receiver_url, server="serve_tracker.py", folder=None,
                 settings=()):
        self.folder = folder or tempfile.mkdtemp(prefix="roundup-")
        self.home = os.path.join(self.folder, "tracker")
        self.spool = os.path.join(self.home, "trackersync-spool")
        self.port = free_port()
        self.url = "http://127.0.0.1:%d/tracker/" % self.port
        self.server, self.process = server, None
        self.visitors = []
        make_tracker.copy(Original.path(), self.home, self.url, receiver_url,
                          SECRET, settings)

    def start(self):
        self.log = open(os.path.join(self.folder, "server.log"), "wb")
        self.process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, self.server),
             "--home", self.home, "--port", str(self.port)],
            stdout=self.log, stderr=self.log)
        wait_until(self.answers, "the tracker answers")
        self.jane = self.visitor("jane", "jane-secret")

    def visitor(self, user, password):
        """Somebody at this tracker."""
        self.visitors.append(edit.Visitor(self.url, user, password))
        return self.visitors[-1]

    def answers(self):
        if self.process.poll() is not None:
            raise AssertionError("the server ended:\n" + self.logged())
        try:
            urllib.request.urlopen(self.url, timeout=10).close()
            return True
        except OSError:
            return False

    def logged(self):
        """What the server wrote."""
        with open(os.path.join(self.folder, "server.log"),
                  encoding="utf-8", errors="replace") as file:
            return file.read()

    def forwarder_pid(self):
        """The process that holds the spool; None if there is none."""
        try:
            with open(os.path.join(self.spool, "lock"), "rb") as file:
                try:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    return None
                except BlockingIOError:
                    # Empty for an instant after the lock was taken.
                    return int(file.read() or 0) or None
        except FileNotFoundError:
            return None

    def waiting(self):
        """Names of the spooled events, oldest first."""
        if not os.path.isdir(self.spool):
            return []
        return sorted(name for name in os.listdir(self.spool)
                      if name.endswith(".json"))

    def forwarder(self, *arguments):
        """Command line of the forwarder for this tracker."""
        return [sys.executable, "-I",
                os.path.join(self.home, "trackersync_forwarder.py"),
                "--home", self.home, *arguments]

    def stop(self):
        """End what runs for this tracker and remove it."""
        for visitor in self.visitors:
            visitor.connection.close()
        if self.process:
            self.process.terminate()
            self.process.wait(10)
            self.log.close()
        pid = self.forwarder_pid()
        if pid:
            os.kill(pid, signal.SIGTERM)
            wait_until(lambda: not self.forwarder_pid(), "the forwarder ends")
        shutil.rmtree(self.folder)


class TrackerCase(unittest.TestCase):
    """Gives each test a receiver and, on demand, trackers."""

    def setUp(self):
        self.receiver = EventReceiver()
        self.addCleanup(self.receiver.stop)

    def tracker(self, receiver_url=None, **options):
        """A served tracker that posts to the test's receiver."""
        if receiver_url is None:
            receiver_url = self.receiver.url
        tracker = RunningTracker(receiver_url, **options)
        self.addCleanup(tracker.stop)
        tracker.start()
        return tracker

    def settle(self, tracker):
        """Wait until everything is delivered; returns all events so far.

        Events are in the spool before the answer to an edit, so when the
        spool is empty nothing more can come.
        """
        wait_until(lambda: not tracker.waiting(), "the spool is empty")
        return list(self.receiver.events)

    def new_issue(self, tracker, title="new"):
        """An issue whose own event is over and forgotten."""
        issue = tracker.jane.create(title)
        self.settle(tracker)
        self.receiver.clear()
        return issue
