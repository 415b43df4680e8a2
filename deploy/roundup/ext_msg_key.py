"""Roundup detector: computes the key of an ext_msg.

An ext_msg is looked up as "<id of its ext_tracker>:<its ext_id>", but made
without a key.  Copy this file to TRACKER_HOME/detectors/.
"""


def compute_key(db, cl, nodeid, newvalues):
    """Auditor: set the key from tracker and external id."""
    tracker = current(cl, nodeid, newvalues, "ext_tracker")
    ext_id = current(cl, nodeid, newvalues, "ext_id")
    if not tracker or not ext_id:
        raise ValueError("an ext_msg needs ext_tracker and ext_id")
    newvalues["key"] = "%s:%s" % (tracker, ext_id)


def current(cl, nodeid, newvalues, name):
    """The value a property will have after this edit."""
    if name in newvalues:
        return newvalues[name]
    return cl.get(nodeid, name) if nodeid else None


def init(db):
    if "ext_msg" in db.getclasses():
        db.ext_msg.audit("create", compute_key)
        db.ext_msg.audit("set", compute_key)
