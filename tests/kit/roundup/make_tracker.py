"""Makes a Roundup tracker for tests, with Tracker Sync's detector in it.

    make_tracker.py --home DIR --web http://127.0.0.1:8080/tracker/
                    --receiver-url http://127.0.0.1:9090/webhooks/office
                    --secret whsec_... [--keyword customer ...]

Run it with a Python that has roundup 2.6.0.  The tracker is the classic
template on SQLite; schema, detectors and forwarder are copies of
deploy/roundup, installed as its README says.  Users, with the password in
brackets: admin (admin), sync (sync-secret), jane (jane-secret), bob
(bob-secret).  No mail leaves it: what would be sent is appended to
DIR/mail.txt.
"""

import argparse
import configparser
import os
import shutil
import subprocess
import sys

DEPLOY = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                      "..", "..", "..", "deploy", "roundup")
DETECTORS = ("trackersync_reactor.py", "ext_msg_key.py")
FORWARDER = "trackersync_forwarder.py"
SECRET_FILE = "trackersync-secret"
USERS = (
    # "Sync" alone would do; tests also let this user do what people do.
    ("sync", "sync-secret", "User,Sync"),
    ("jane", "jane-secret", "User"),
    ("bob", "bob-secret", "User"),
)


def roundup_admin(home, *arguments):
    """Run roundup-admin with the Python that runs this script."""
    return subprocess.run(
        [sys.executable, "-m", "roundup.scripts.roundup_admin",
         "-i", home, *arguments],
        check=True, stdout=subprocess.PIPE, text=True).stdout


def install(home, web, rounds, backend):
    """Make the tracker home and its config.ini."""
    settings = {
        "tracker_web": web,
        "admin_email": "admin@example.com",
        "mail_domain": "example.com",
        "mail_host": "localhost",
        "mail_debug": os.path.join(home, "mail.txt"),
        "password_pbkdf2_default_rounds": rounds,
    }
    roundup_admin(home, "install", "classic", backend, ",".join(
        "%s=%s" % setting for setting in settings.items()))


# What the site has of its own.  First a class of which one item may belong
# to an issue, whatever external trackers there are; then the properties that
# the files roundup-kpm.toml and roundup-pfiff.toml of config-example name.
OWN = """

assessment = Class(db, "assessment", issue=Link("issue"), rating=String())
for _permission in ("View", "Create", "Edit"):
    for _role in ("User", "Sync"):
        db.security.addPermissionToRole(_role, _permission, "assessment")

frequency = Class(db, "frequency", name=String(), order=Number())
frequency.setkey("name")
for _role in ("User", "Sync"):
    db.security.addPermissionToRole(_role, "View", "frequency")
for _name in ("release", "hardware", "details", "supplier_answer",
              "planned_for", "fixed_in"):
    _add_property(db.issue, _name, String())
_add_property(db.issue, "reproducible", Boolean())
_add_property(db.issue, "frequency", Link("frequency"))
"""


def extend(home):
    """Add schema, detectors and forwarder as an administrator would."""
    with open(os.path.join(DEPLOY, "schema-additions.py"),
              encoding="utf-8") as additions:
        with open(os.path.join(home, "schema.py"), "a",
                  encoding="utf-8") as schema:
            schema.write(additions.read() + OWN)
    for name in DETECTORS:
        shutil.copy(os.path.join(DEPLOY, name),
                    os.path.join(home, "detectors", name))
    shutil.copy(os.path.join(DEPLOY, FORWARDER), home)


def configure(home, receiver_url, secret, settings=()):
    """Write [trackersync] into detectors/config.ini, from the example.

    May be called again for a tracker that exists.
    """
    example = configparser.ConfigParser()
    example.read(os.path.join(DEPLOY, "detectors-config.ini.example"))
    section = dict(example["trackersync"], url=receiver_url,
                   secret_file=SECRET_FILE, **dict(settings))
    path = os.path.join(home, "detectors", "config.ini")
    parser = configparser.ConfigParser()
    parser.read(path)
    parser["trackersync"] = {name: str(value).replace("%", "%%")
                             for name, value in section.items()}
    with open(path + ".new", "w", encoding="utf-8") as file:
        parser.write(file)
    os.replace(path + ".new", path)
    handle = os.open(os.path.join(home, SECRET_FILE),
                     os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret + "\n")


def fill(home, keywords):
    """Make the users and what the tests refer to."""
    import roundup.instance
    from roundup import password
    tracker = roundup.instance.open(home)
    db = tracker.open("admin")
    try:
        for name, word, roles in USERS:
            db.user.create(
                username=name, roles=roles, address=name + "@example.com",
                realname=name.capitalize(), timezone="",
                password=password.Password(word, config=tracker.config))
        db.ext_tracker.create(name="upstream",
                              description="The tracker on the other side")
        for keyword in keywords:
            db.msg_keyword.create(name=keyword)
        for order, name in enumerate(("once", "repeatedly", "always"), 1):
            db.getclass("frequency").create(name=name, order=order)
        db.commit()
    finally:
        db.close()


def make(home, web, receiver_url, secret, rounds=1000,
         keywords=("customer",), settings=(), backend="sqlite"):
    """Make a tracker; everything of it lies below home."""
    home = os.path.abspath(home)
    install(home, web, rounds, backend)
    extend(home)
    configure(home, receiver_url, secret, settings)
    roundup_admin(home, "initialise", "admin")
    fill(home, keywords)


def copy(original, home, web, receiver_url, secret, settings=()):
    """Copy a tracker that nobody uses; much quicker than making one."""
    original, home = os.path.abspath(original), os.path.abspath(home)
    shutil.copytree(original, home)
    path = os.path.join(home, "config.ini")
    with open(path, encoding="utf-8") as file:
        text = file.read()
    lines = []
    for line in text.splitlines():
        if line.startswith("web = "):
            line = "web = " + web
        lines.append(line.replace(original, home))
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    configure(home, receiver_url, secret, settings)


def name_and_value(text):
    name, _, value = text.partition("=")
    return name, value


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", required=True)
    parser.add_argument("--web", required=True,
                        help="address it will be served at, ending in /")
    parser.add_argument("--receiver-url", required=True,
                        help="where events are posted; empty: nowhere")
    parser.add_argument("--secret", required=True)
    parser.add_argument("--pbkdf2-rounds", type=int, default=1000,
                        help="few, or each request costs 150 ms and more")
    parser.add_argument("--keyword", action="append",
                        help="a msg_keyword (default: customer)")
    parser.add_argument("--setting", action="append", default=[],
                        type=name_and_value, metavar="NAME=VALUE",
                        help="another setting of section [trackersync]")
    parser.add_argument("--backend", default="sqlite",
                        help="a backend of Roundup that needs no server")
    options = parser.parse_args()
    make(options.home, options.web, options.receiver_url, options.secret,
         options.pbkdf2_rounds, options.keyword or ["customer"],
         options.setting, options.backend)


if __name__ == "__main__":
    main()
