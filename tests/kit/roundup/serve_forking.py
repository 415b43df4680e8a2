"""Serves a tracker with Roundup's own roundup-server, in its fork mode.

    serve_forking.py --home DIR --port P

Fork mode is the default of roundup-server: each request is a process that
ends with the answer, and takes with it all threads and memory it had.
"""

import argparse
import os
import sys

from roundup.scripts import roundup_server


def permit_root():
    """Let roundup-server run as root, as in a container.

    It refuses, unless told to become another user by -u.  That user can't
    read a Python that is installed below root's home folder, and modules
    that are loaded later are missing then.  What is tested here, one process
    per request, does not depend on the user.
    """
    if hasattr(os, "getuid") and os.getuid() == 0:
        roundup_server.setuid = lambda user: None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--port", type=int, required=True)
    options = parser.parse_args()
    permit_root()
    sys.argv = ["roundup-server", "-n", "127.0.0.1", "-p", str(options.port),
                "-t", "fork", "tracker=" + os.path.abspath(options.home)]
    roundup_server.run()


if __name__ == "__main__":
    main()
