"""Serves a Roundup tracker over HTTP for tests.

    serve_tracker.py --home DIR --port P [--log FILE]

Threads, HTTP/1.1 with kept connections, below /tracker/.  Prints
"ready http://..." once it listens; ends on SIGTERM.  The port has to be the
one of tracker.web in the tracker's config.ini, or Roundup refuses writes.
The log gets a line of JSON for each request that is no read.
"""

import argparse
import io
import json
import signal
import socketserver
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import unquote

PREFIX = "/tracker"


class TrackerServer(socketserver.ThreadingMixIn, HTTPServer):
    """One thread per connection; they do not keep the process alive."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128
    application = None
    log_path = None
    log_lock = threading.Lock()

    def log(self, request, body):
        """Note a request that writes: who asked (a program says so in the
        header that Roundup wants of it), for what, and with what."""
        if self.log_path is None or request.command in ("GET", "HEAD"):
            return
        try:
            told = json.loads(body)
        except ValueError:
            told = None
        line = json.dumps({
            "by": request.headers.get("X-Requested-With", ""),
            "method": request.command, "path": request.path, "body": told})
        with self.log_lock, open(self.log_path, "a", encoding="utf-8") as log:
            log.write(line + "\n")


class TrackerHandler(BaseHTTPRequestHandler):
    """Passes requests to the WSGI application of the server."""

    protocol_version = "HTTP/1.1"
    # Without it a small answer waits for the acknowledgement of its header.
    disable_nagle_algorithm = True
    wbufsize = -1

    def answer(self):
        """Serve one request, whatever its method."""
        # Read before anything is answered: what is left over would be taken
        # for the next request of the connection.
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        path, _, query = self.path.partition("?")
        if not path.startswith(PREFIX + "/"):
            self.reply("404 Not Found", [("Content-Type", "text/plain")],
                       b"The tracker is at /tracker/\n")
            return
        self.server.log(self, body)
        response = Response()
        chunks = self.server.application(
            self.environ(unquote(path[len(PREFIX):], "latin-1"), query, body),
            response.start)
        self.reply(response.status, response.headers,
                   response.body.getvalue() + b"".join(chunks))

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = answer
    do_DELETE = do_OPTIONS = answer

    def environ(self, path, query, body):
        """The WSGI environment of this request."""
        host, port = self.server.server_address[:2]
        environ = {
            "REQUEST_METHOD": self.command, "SCRIPT_NAME": PREFIX,
            "PATH_INFO": path, "QUERY_STRING": query,
            "SERVER_NAME": host, "SERVER_PORT": str(port),
            "SERVER_PROTOCOL": self.request_version,
            "REMOTE_ADDR": self.client_address[0],
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body), "wsgi.errors": sys.stderr,
            "wsgi.multithread": True, "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        if "Content-Type" in self.headers:
            environ["CONTENT_TYPE"] = self.headers["Content-Type"]
        for name, value in self.headers.items():
            if name.lower() not in ("content-type", "content-length"):
                environ["HTTP_" + name.upper().replace("-", "_")] = value
        return environ

    def reply(self, status, headers, body):
        """Send a whole answer; its length keeps the connection usable."""
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        for name, value in headers:
            if name.lower() not in ("content-length", "connection"):
                self.send_header(name, str(value))
        # 204 and 304 must not have one.
        if int(code) not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_arguments):
        """Quiet: tests read our standard output."""


class Response:
    """Collects what the application answers."""

    def __init__(self):
        self.status, self.headers, self.body = None, [], io.BytesIO()

    def start(self, status, headers, _exc_info=None):
        self.status, self.headers = status, headers
        return self.body.write


def serve(home, host, port, log):
    """Serve until SIGTERM."""
    from roundup.cgi.wsgi_handler import RequestDispatcher
    server = TrackerServer((host, port), TrackerHandler)
    server.application = RequestDispatcher(home)
    server.log_path = log
    # shutdown() waits for the loop, which this very thread runs.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(
        target=server.shutdown).start())
    print("ready http://%s:%d%s/" % (host, server.server_address[1], PREFIX),
          flush=True)
    server.serve_forever(poll_interval=0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--log")
    options = parser.parse_args()
    serve(options.home, options.host, options.port, options.log)


if __name__ == "__main__":
    main()
