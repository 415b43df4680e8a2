"""The forwarder between a real tracker and receivers in all their moods."""

import json
import os
import signal
import subprocess
import threading
import time
import unittest

import make_tracker
from tracker_case import KEY, SECRET, TrackerCase, wait_until


class Delivery(TrackerCase):
    """All events arrive, in order, whatever happens on the way."""

    def edit_in_turn(self, tracker, issues, count):
        """Edit the issues one after the other; returns the ids in order."""
        order = [issues[number % len(issues)] for number in range(count)]
        for number, issue in enumerate(order):
            tracker.jane.change(issue, {"title": "edit %d" % number})
        return order

    def check_order(self, order, events):
        self.assertEqual(order, [event.data["id"] for event in events])
        self.assertTrue(all(event.is_signed_with(KEY) for event in events))

    def test_receiver_away_for_20_edits(self):
        tracker = self.tracker()
        issues = [tracker.jane.create("issue %d" % one) for one in range(5)]
        order = issues + self.edit_in_turn(tracker, issues, 20)
        self.assertEqual(25, len(tracker.waiting()))
        self.receiver.start()
        self.receiver.wait_for(25)
        self.check_order(order, self.settle(tracker))

    def test_forwarder_killed_midway(self):
        """At least once, and again under the same webhook-id."""
        tracker = self.tracker()
        issues = [tracker.jane.create("issue %d" % one) for one in range(4)]
        order = issues + self.edit_in_turn(tracker, issues, 16)
        over = threading.Event()
        self.addCleanup(over.set)

        def stick_at_the_sixth(_event):
            if len(self.receiver.events) == 6:
                over.wait(60)
            return 202, {}, b"{}"

        self.receiver.answer = stick_at_the_sixth
        self.receiver.start()
        stuck = self.receiver.wait_for(6)[-1]
        os.kill(tracker.forwarder_pid(), signal.SIGKILL)
        wait_until(lambda: not tracker.forwarder_pid(), "the forwarder is dead")
        # The next edit starts another one.
        order += self.edit_in_turn(tracker, issues, 1)
        self.receiver.wait_for(len(order) + 1)
        events = self.settle(tracker)
        self.assertEqual(stuck.webhook_id, events[6].webhook_id)
        self.assertEqual(stuck.body, events[6].body)
        self.check_order(order, events[:5] + events[6:])

    def test_latency(self):
        """The wake-up makes an event arrive within milliseconds."""
        self.receiver.start()
        tracker = self.tracker()
        issue = self.new_issue(tracker)
        delays = []
        for number in range(20):
            tracker.jane.change(issue, {"title": "edit %d" % number})
            answered = time.monotonic()
            event = self.receiver.wait_for(number + 1)[-1]
            delays.append((event.arrived - answered) * 1000)
        delays.sort()
        print("event after the answer to the edit: median %.1f ms, "
              "slowest %.1f ms" % (delays[10], delays[-1]))
        # Without a wake-up it would be 500 ms on average.
        self.assertLess(delays[10], 250)

    def test_idle_forwarder_leaves_nothing_behind(self):
        self.receiver.start()
        tracker = self.tracker(settings={"idle_exit": "0"})
        for number in range(5):
            tracker.jane.create("issue %d" % number)
            self.receiver.wait_for(number + 1)
            wait_until(lambda: not tracker.forwarder_pid(),
                       "the forwarder leaves")
        self.assertEqual(5, len(self.settle(tracker)))

    def test_one_forwarder_only(self):
        self.receiver.start()
        tracker = self.tracker()
        self.new_issue(tracker)
        pid = tracker.forwarder_pid()
        second = subprocess.run(tracker.forwarder(), stderr=subprocess.PIPE,
                                timeout=30)
        self.assertEqual(0, second.returncode)
        self.assertIn(b"another forwarder", second.stderr)
        self.assertEqual(pid, tracker.forwarder_pid())

    def test_external_forwarder(self):
        """None is started; one that is run by hand ends on SIGTERM."""
        self.receiver.start()
        tracker = self.tracker(settings={"forwarder": "external"})
        tracker.jane.create("title")
        self.assertIsNone(tracker.forwarder_pid())
        forwarder = subprocess.Popen(tracker.forwarder(),
                                     stderr=subprocess.PIPE)
        self.receiver.wait_for(1)
        tracker.jane.create("another")
        self.receiver.wait_for(2)
        forwarder.terminate()
        _, log = forwarder.communicate(timeout=10)
        self.assertEqual(0, forwarder.returncode, log)
        self.assertFalse(os.path.exists(os.path.join(tracker.spool, "wake")))

    def test_once(self):
        tracker = self.tracker(settings={"forwarder": "external"})
        tracker.jane.create("title")
        self.assertEqual(1, self.once(tracker))
        self.receiver.start()
        self.assertEqual(0, self.once(tracker))
        self.assertEqual(1, len(self.settle(tracker)))

    def once(self, tracker):
        return subprocess.run(tracker.forwarder("--once"), timeout=30,
                              stderr=subprocess.DEVNULL).returncode


class Answers(TrackerCase):
    """What the receiver's answers mean for an event."""

    def answer_in_turn(self, *answers):
        """Give these answers, then 202 for ever."""
        answers = list(answers)
        self.receiver.answer = lambda _event: (
            answers.pop(0) if answers else (202, {}, b"{}"))
        self.receiver.start()

    def test_kept_and_sent_again(self):
        self.answer_in_turn(*((status, {}, b"") for status in
                              (401, 403, 404, 429, 500, 302)))
        tracker = self.tracker()
        tracker.jane.create("title")
        self.receiver.wait_for(7, 60)
        events = self.settle(tracker)
        self.assertEqual(1, len({event.webhook_id for event in events}))
        self.assertEqual(1, len({event.body for event in events}))

    def test_retry_after(self):
        self.answer_in_turn((503, {"Retry-After": "2"}, b""))
        tracker = self.tracker()
        tracker.jane.create("title")
        first, second = self.receiver.wait_for(2)
        self.assertGreaterEqual(second.arrived - first.arrived, 1.95)

    def test_rejected(self):
        """What is not understood is put aside and holds nothing up."""
        self.answer_in_turn((400, {}, b"no such thing"), (413, {}, b"long"))
        tracker = self.tracker()
        for number in range(3):
            tracker.jane.create("issue %d" % number)
        self.receiver.wait_for(3)
        self.settle(tracker)
        folder = os.path.join(tracker.spool, "rejected")
        names = sorted(os.listdir(folder))
        self.assertEqual([".answer", ".json"] * 2,
                         [os.path.splitext(name)[1] for name in names])
        with open(os.path.join(folder, names[0]), "rb") as file:
            self.assertEqual(b"400\nno such thing", file.read())

    def test_corrected_secret(self):
        """A wrong secret loses nothing; correcting it needs no restart."""
        def only_if_signed(event):
            return (202 if event.is_signed_with(KEY) else 401), {}, b""

        self.receiver.answer = only_if_signed
        self.receiver.start()
        tracker = self.tracker()
        make_tracker.configure(tracker.home, self.receiver.url, "whsec_d3Jvbmc=")
        tracker.jane.create("title")
        self.receiver.wait_for(2)
        self.assertEqual(1, len(tracker.waiting()))
        make_tracker.configure(tracker.home, self.receiver.url, SECRET)
        wait_until(lambda: not tracker.waiting(), "the event is delivered")
        self.assertTrue(self.receiver.events[-1].is_signed_with(KEY))

    def test_raw_secret(self):
        """A secret without whsec_ is used as it is."""
        self.receiver.start()
        tracker = self.tracker(settings={"forwarder": "external"})
        make_tracker.configure(tracker.home, self.receiver.url, "plain secret%",
                               {"forwarder": "external"})
        tracker.jane.create("title")
        subprocess.run(tracker.forwarder("--once"), check=True, timeout=30,
                       stderr=subprocess.DEVNULL)
        self.assertTrue(
            self.receiver.events[0].is_signed_with(b"plain secret%"))


class Discretion(TrackerCase):
    """The secret stays in its file."""

    def test_secret_in_no_log(self):
        tracker = self.tracker(settings={"forwarder": "external"})
        tracker.jane.create("title")
        secrets = (SECRET, "whsec_not*base64", "plain secret")
        said = ""
        for secret in secrets:
            make_tracker.configure(tracker.home, self.receiver.url, secret,
                                   {"forwarder": "external"})
            for argument in ("--once", "--check"):
                done = subprocess.run(
                    tracker.forwarder(argument), timeout=30, text=True,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
                said += done.stdout
        said += tracker.logged() + self.texts(tracker.spool)
        for secret in secrets:
            self.assertNotIn(secret, said)
            self.assertNotIn(secret.replace("whsec_", ""), said)
        self.assertNotIn(KEY.decode(), said)

    def texts(self, folder):
        """All that stands in the files of a folder."""
        found = ""
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                with open(path, encoding="utf-8", errors="replace") as file:
                    found += file.read()
        return found

    def test_check(self):
        tracker = self.tracker(settings={"forwarder": "external"})
        tracker.jane.create("title")
        done = subprocess.run(tracker.forwarder("--check"), check=True,
                              stdout=subprocess.PIPE)
        found = json.loads(done.stdout)
        self.assertEqual(self.receiver.url, found["url"])
        self.assertEqual("set", found["secret"])
        self.assertEqual("external", found["forwarder"])
        self.assertEqual((1, 0, False), (
            found["waiting"], found["rejected"], found["forwarder_running"]))
        self.assertLess(found["oldest_seconds"], 60)


if __name__ == "__main__":
    unittest.main()
