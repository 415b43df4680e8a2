"""Edits issues of a Roundup tracker the way people and programs do.

    edit.py --home DIR --url URL web ISSUE TITLE       browser: log in, submit the form
    edit.py --home DIR --url URL rest ISSUE TITLE
    edit.py --home DIR --url URL xmlrpc ISSUE TITLE
    edit.py --home DIR --url URL mailgw ISSUE TITLE    mail, piped into roundup-mailgw
    edit.py --home DIR --url URL admin ISSUE TITLE     roundup-admin, as user admin
    edit.py --home DIR --url URL message ISSUE TEXT [--keyword NAME]
    edit.py --home DIR --url URL file ISSUE PATH [--type TYPE]
    edit.py --home DIR --url URL create TITLE
    edit.py --home DIR --url URL bench ISSUE N         N edits by REST, durations in ms

URL is the address of the tracker, ending in "/".  Prints JSON.  admin and
mailgw work on the home folder and need a Python that has roundup; the others
need a served tracker only.
"""

import argparse
import base64
import http.client
import json
import os
import re
import subprocess
import sys
import time
import urllib.parse
import uuid
import xmlrpc.client
from datetime import datetime, timezone


class Refused(Exception):
    """The tracker did not do what was asked."""


class Visitor:
    """One user at one tracker, over one kept connection."""

    def __init__(self, url, user, password):
        self.url = url
        self.parts = urllib.parse.urlsplit(url)
        self.user, self.password = user, password
        self.origin = "%s://%s" % (self.parts.scheme, self.parts.netloc)
        self.connection = http.client.HTTPConnection(
            self.parts.hostname, self.parts.port, timeout=60)
        self.cookie = None

    def request(self, method, path, body=None, headers=()):
        """Send a request below the tracker; returns status, headers, body."""
        sent = {"Origin": self.origin, "Referer": self.url,
                "X-Requested-With": "edit.py", **dict(headers)}
        if self.cookie:
            sent["Cookie"] = self.cookie
        try:
            return self.exchange(method, path, body, sent)
        except (http.client.RemoteDisconnected, ConnectionError):
            # The kept connection was given up by the server meanwhile.
            self.connection.close()
            return self.exchange(method, path, body, sent)

    def exchange(self, method, path, body, headers):
        self.connection.request(method, self.parts.path + path, body, headers)
        response = self.connection.getresponse()
        return response.status, response.headers, response.read()

    # --- web ---

    def log_in(self):
        """Log in by the form and keep the session's cookie."""
        status, headers, _page = self.submit("", self.form_token(""), {
            "__login_name": self.user, "__login_password": self.password,
            "__came_from": self.url, "@action": "login"})
        cookie = headers.get("Set-Cookie", "").split(";")[0]
        if status != 302 or not cookie:
            raise Refused("login of %s: answer %d" % (self.user, status))
        self.cookie = cookie

    def form_token(self, path):
        """The @csrf value of the form on a page."""
        status, _headers, page = self.request("GET", path)
        found = re.search(rb'name="@csrf"[^>]*value="([^"]+)"', page)
        if status != 200 or not found:
            raise Refused("%s: answer %d without a form" % (path, status))
        return found.group(1).decode()

    def submit(self, path, token, fields):
        """Submit a form."""
        return self.request("POST", path, urllib.parse.urlencode(
            dict(fields, **{"@csrf": token})),
            {"Content-Type": "application/x-www-form-urlencoded"})

    def edit_in_browser(self, issue, title):
        """Change the title as a person with a browser does."""
        if not self.cookie:
            self.log_in()
        page = "issue" + issue
        status, headers, answer = self.submit(page, self.form_token(page), {
            "@action": "edit", "title": title})
        target = urllib.parse.unquote(headers.get("Location", ""))
        if status != 302 or "@ok_message" not in target:
            raise Refused("web edit: answer %d\n%s" % (
                status, answer.decode(errors="replace")))

    # --- REST ---

    def rest(self, method, path, data=None, headers=()):
        """Call the REST interface; returns the "data" of the answer."""
        sent = {"Accept": "application/json", **dict(headers)}
        if not self.cookie:
            sent["Authorization"] = "Basic " + base64.b64encode(
                ("%s:%s" % (self.user, self.password)).encode()).decode()
        if data is not None and "Content-Type" not in sent:
            sent["Content-Type"] = "application/json"
            data = json.dumps(data)
        status, _headers, answer = self.request(
            method, "rest/data/" + path, data, sent)
        if status not in (200, 201):
            raise Refused("%s %s: %d %s" % (
                method, path, status, answer.decode(errors="replace")))
        return json.loads(answer)["data"]

    def change(self, issue, values, method="PUT"):
        """Change an issue, whatever state it is in just now."""
        item = "issue/" + issue
        etag = self.rest("GET", item)["@etag"]
        return self.rest(method, item, values, {"If-Match": etag})

    def title(self, issue):
        return self.rest("GET", "issue/" + issue)["attributes"]["title"]

    def create(self, title, **values):
        """Make an issue; returns its id."""
        return self.rest("POST", "issue", dict(values, title=title))["id"]

    def add_message(self, issue, text, keyword=None):
        """Write a message and link it to an issue; returns its id."""
        values = {"content": text, "author": self.user, "date":
                  datetime.now(timezone.utc).strftime("%Y-%m-%d.%H:%M:%S")}
        if keyword:
            values["keywords"] = [keyword]
        message = self.rest("POST", "msg", values)["id"]
        self.change(issue, {"@op": "add", "messages": [message]}, "PATCH")
        return message

    def add_file(self, issue, name, content, kind="application/octet-stream"):
        """Upload a file and link it to an issue; returns its id."""
        boundary = uuid.uuid4().hex
        body = multipart(boundary, name, content, kind)
        file = self.rest("POST", "file", body, {
            "Content-Type": "multipart/form-data; boundary=" + boundary})["id"]
        self.change(issue, {"@op": "add", "files": [file]}, "PATCH")
        return file

    # --- XML-RPC ---

    def edit_by_xmlrpc(self, issue, title):
        url = "%s://%s:%s@%s%sxmlrpc" % (
            self.parts.scheme, urllib.parse.quote(self.user),
            urllib.parse.quote(self.password), self.parts.netloc,
            self.parts.path)
        with xmlrpc.client.ServerProxy(
                url, headers=[("X-Requested-With", "edit.py")]) as server:
            server.set("issue" + issue, "title=" + title)


def multipart(boundary, name, content, kind):
    """The form for a file.

    Only a part with a filename keeps its bytes; Roundup decodes and trims
    any other.
    """
    parts = []
    for field, value in (("name", name), ("type", kind)):
        parts.append(('--%s\r\nContent-Disposition: form-data; name="%s"'
                      '\r\n\r\n%s\r\n' % (boundary, field, value)).encode())
    parts.append(('--%s\r\nContent-Disposition: form-data; name="content"; '
                  'filename="%s"\r\nContent-Type: %s\r\n\r\n'
                  % (boundary, name, kind)).encode())
    return b"".join(parts) + content + b"\r\n--%s--\r\n" % boundary.encode()


def edit_by_admin(home, issue, title):
    """Change the title with roundup-admin."""
    subprocess.run([sys.executable, "-m", "roundup.scripts.roundup_admin",
                    "-i", home, "set", "issue" + issue, "title=" + title],
                   check=True, stdout=subprocess.DEVNULL)


def edit_by_mail(home, user, issue, title):
    """Pipe a mail into roundup-mailgw.

    The text before the bracket at the end of the subject is ignored for an
    issue that exists; the title changes only as a property in the bracket.
    The mail also adds a message: without a text it would be refused.
    """
    mail = "\r\n".join((
        "From: %s@example.com" % user,
        "To: issue_tracker@example.com",
        "Message-Id: <%s@example.com>" % uuid.uuid4().hex,
        "Subject: [issue%s] by mail [title=%s]" % (issue, title),
        "Content-Type: text/plain; charset=utf-8", "",
        "The title is now: " + title, ""))
    done = subprocess.run(
        [sys.executable, "-m", "roundup.scripts.roundup_mailgw", home],
        input=mail.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # It answers refused mails by mail and ends well all the same.
    if done.returncode or done.stdout.strip():
        raise Refused("roundup-mailgw: " + done.stdout.decode())


def bench(visitor, issue, count):
    """Durations of that many edits, in milliseconds."""
    visitor.log_in()
    durations = []
    for number in range(count):
        etag = visitor.rest("GET", "issue/" + issue)["@etag"]
        start = time.perf_counter()
        visitor.rest("PUT", "issue/" + issue, {"title": "edit %d" % number},
                     {"If-Match": etag})
        durations.append(round((time.perf_counter() - start) * 1000, 3))
    return durations


def perform(options):
    """Do what the command line asks; returns what is printed."""
    visitor = Visitor(options.url, options.user, options.password)
    if options.mode == "create":
        return {"issue": visitor.create(options.title)}
    if options.mode == "bench":
        return bench(visitor, options.issue, options.count)
    done = {"mode": options.mode, "issue": options.issue}
    if options.mode == "message":
        done["message"] = visitor.add_message(options.issue, options.text,
                                              options.keyword)
    elif options.mode == "file":
        with open(options.path, "rb") as file:
            done["file"] = visitor.add_file(
                options.issue, os.path.basename(options.path), file.read(),
                options.type)
    else:
        change_title(options, visitor)
        done["title"] = options.title
    return done


def change_title(options, visitor):
    """Change a title on the face that the mode names."""
    home, issue, title = options.home, options.issue, options.title
    {
        "web": lambda: visitor.edit_in_browser(issue, title),
        "rest": lambda: visitor.change(issue, {"title": title}),
        "xmlrpc": lambda: visitor.edit_by_xmlrpc(issue, title),
        "admin": lambda: edit_by_admin(home, issue, title),
        "mailgw": lambda: edit_by_mail(home, options.user, issue, title),
    }[options.mode]()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--user", default="jane")
    parser.add_argument("--password", default="jane-secret")
    modes = parser.add_subparsers(dest="mode", required=True)
    for name in ("web", "rest", "xmlrpc", "mailgw", "admin"):
        mode = modes.add_parser(name)
        mode.add_argument("issue")
        mode.add_argument("title")
    mode = modes.add_parser("message")
    mode.add_argument("issue")
    mode.add_argument("text")
    mode.add_argument("--keyword")
    mode = modes.add_parser("file")
    mode.add_argument("issue")
    mode.add_argument("path")
    mode.add_argument("--type", default="application/octet-stream")
    modes.add_parser("create").add_argument("title")
    mode = modes.add_parser("bench")
    mode.add_argument("issue")
    mode.add_argument("count", type=int)
    try:
        print(json.dumps(perform(parser.parse_args())))
    except (Refused, OSError, xmlrpc.client.Error,
            subprocess.CalledProcessError) as error:
        print(json.dumps({"error": str(error)}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
