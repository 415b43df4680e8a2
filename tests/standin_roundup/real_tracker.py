"""Makes a classic Roundup tracker with the classes the synchroniser needs and serves it until stdin closes.

    real_tracker.py HOME PORT

Prints "ready" once it answers.
"""
import os
import shutil
import sys
import threading

HOME, PORT = sys.argv[1], int(sys.argv[2])
WEB = "http://127.0.0.1:%d/tracker/" % PORT

EXTRA_CLASSES = """
ext_tracker = Class(db, "ext_tracker", name=String(), description=String(), url_template=String())
ext_tracker.setkey("name")
ext_msg = Class(db, "ext_msg", ext_tracker=Link("ext_tracker"), msg=Link("msg"), ext_id=String(), key=String())
ext_msg.setkey("key")
msg_keyword = Class(db, "msg_keyword", name=String())
msg_keyword.setkey("name")
frequency = Class(db, "frequency", name=String(), order=Number())
frequency.setkey("name")
"""

EXTRA_PERMISSIONS = """
for cl in "ext_tracker", "ext_msg", "msg_keyword", "frequency":
    db.security.addPermissionToRole("User", "View", cl)
for what in "Edit", "Create":
    db.security.addPermissionToRole("User", what, "ext_msg")
"""

EXTRA_DATA = """
db.getclass("ext_tracker").create(name="upstream")
db.getclass("msg_keyword").create(name="customer")
for order, name in enumerate(("once", "repeatedly", "always"), 1):
    db.getclass("frequency").create(name=name, order=order)
for name in "sync", "jane":
    user.create(username=name, password=password.Password(name + "-secret", config=db.config), roles="User")
"""


def patch(path, *changes):
    with open(path) as source:
        text = source.read()
    for old, new in changes:
        if old not in text:
            raise SystemExit("%s: nothing like %r in it" % (path, old))
        text = text.replace(old, new, 1)
    with open(path, "w") as target:
        target.write(text)


def make():
    from roundup import configuration, instance, password
    from roundup.admin import AdminTool
    template = AdminTool().listTemplates()["classic"]["path"]
    shutil.copytree(template, HOME)
    patch(HOME + "/schema.py",
          ("# Keywords\n", EXTRA_CLASSES),
          ("                inreplyto=String())",
           "                inreplyto=String(), keywords=Multilink('msg_keyword'))"),
          ("                assignedto=Link(\"user\"),",
           "                assignedto=Link('user'), ext_id=String(), ext_status=String(),"
           " ext_attributes=Link('msg'), ext_tracker=Link('ext_tracker'),"
           " release=String(), hardware=String(), reproducible=Boolean(), frequency=Link('frequency'),"
           " supplier_answer=String(), fixed_in=String(),"),
          ("# ANONYMOUS USER PERMISSIONS", "#\n" + EXTRA_PERMISSIONS))
    with open(HOME + "/initial_data.py", "a") as data:
        data.write("\nfrom roundup import password\n" + EXTRA_DATA)
    config = configuration.CoreConfig()
    config["TRACKER_WEB"] = WEB
    config["TRACKER_NAME"] = "Office"
    config["MAIL_DOMAIN"] = "example.org"
    config["MAIL_HOST"] = "localhost"
    config["MAIL_DEBUG"] = HOME + "/mail.txt"
    config["RDBMS_BACKEND"] = "sqlite"
    config["PASSWORD_PBKDF2_DEFAULT_ROUNDS"] = 1000
    config.save(HOME + "/config.ini")
    os.makedirs(HOME + "/db", exist_ok=True)
    tracker = instance.open(HOME)
    tracker.init(password.Password("admin", config=tracker.config))


def serve():
    from socketserver import ThreadingMixIn
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server
    from roundup.cgi.wsgi_handler import RequestDispatcher

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_):
            pass

    class Server(ThreadingMixIn, WSGIServer):
        # A request without Content-Length (a DELETE, say) makes Roundup read until the client hangs up.
        daemon_threads = True

    dispatcher = RequestDispatcher(HOME)

    def application(environ, start_response):
        path = environ["PATH_INFO"]
        if path.startswith("/tracker"):
            environ["SCRIPT_NAME"], environ["PATH_INFO"] = "/tracker", path[len("/tracker"):]
        return dispatcher(environ, start_response)

    server = make_server("127.0.0.1", PORT, application, server_class=Server, handler_class=Quiet)

    def stop_with_parent():
        sys.stdin.read()
        server.shutdown()

    threading.Thread(target=stop_with_parent, daemon=True).start()
    print("ready", flush=True)
    server.serve_forever()


make()
serve()
