#
# TRACKER SYNC: append this file to the schema.py of the tracker.
#
# It leaves alone what is there already, so a schema that was extended for
# the predecessor stays as it is.  Roundup makes the tables and columns when
# it opens the database next.



def _add_property(cl, name, value):
    """Add a property to a class that exists, unless it has it already."""
    if name not in cl.getprops():
        # addprop alone leaves a multilink without the name of its table.
        value.register(cl, name)
        cl.addprop(**{name: value})


# The trackers that issues are synchronised with.
if "ext_tracker" not in db.getclasses():
    ext_tracker = Class(db, "ext_tracker",
                    name=String(indexme="no"),
                    description=String(indexme="no"),
                    url_template=String(indexme="no"))
    ext_tracker.setkey("name")

# Which message is which comment over there.  The key is
# "<id of ext_tracker>:<ext_id>"; the detector ext_msg_key.py computes it.
if "ext_msg" not in db.getclasses():
    ext_msg = Class(db, "ext_msg",
                    ext_tracker=Link("ext_tracker"),
                    msg=Link("msg"),
                    ext_id=String(indexme="no"),
                    key=String(indexme="no"))
    ext_msg.setkey("key")

# Optional: the state of an issue in several external trackers at once, used
# by rules with names such as "/ext_tracker_state/ext_status".
if "ext_tracker_state" not in db.getclasses():
    ext_tracker_state = Class(db, "ext_tracker_state",
                    issue=Link("issue"),
                    ext_tracker=Link("ext_tracker"),
                    ext_id=String(),
                    ext_status=String(),
                    ext_attributes=Link("msg"))

# Optional: only messages with a certain keyword go to the external tracker.
if "msg_keyword" not in db.getclasses():
    msg_keyword = Class(db, "msg_keyword", name=String())
    msg_keyword.setkey("name")
_add_property(db.msg, "keywords", Multilink("msg_keyword"))

# The state of an issue in its external tracker: its id there, its status
# there, and all its attributes at the last synchronisation (as JSON).
_add_property(db.issue, "ext_id", String())
_add_property(db.issue, "ext_status", String())
_add_property(db.issue, "ext_attributes", Link("msg"))
_add_property(db.issue, "ext_tracker", Link("ext_tracker"))

# Everybody who may see issues may see where they are synchronised to, and
# may choose the keyword of a message.
for _class in ("ext_tracker", "ext_msg", "ext_tracker_state", "msg_keyword"):
    db.security.addPermissionToRole("User", "View", _class)

# The role for the user that Tracker Sync logs in as.  It is enough by itself:
# give that user no other role, and no timezone (dates sent by a user with a
# timezone are read in it).
db.security.addRole(name="Sync", description="Tracker Sync's own user")
for _access in ("Web Access", "Rest Access", "Xmlrpc Access"):
    db.security.addPermissionToRole("Sync", _access)
for _class in ("issue", "msg", "file", "ext_tracker", "ext_msg",
               "ext_tracker_state", "msg_keyword"):
    # View without a condition lets one search, too.
    for _permission in ("View", "Create", "Edit"):
        db.security.addPermissionToRole("Sync", _permission, _class)
for _class in ("keyword", "priority", "status"):
    # A tracker may have dropped one of the classic template's classes.
    if _class in db.getclasses():
        db.security.addPermissionToRole("Sync", "View", _class)
# Names only: to tell who wrote a message, and to find users by name.
_permission = db.security.addPermission(
    name="View", klass="user", properties=("id", "username", "realname"),
    description="Tracker Sync may see names")
db.security.addPermissionToRole("Sync", _permission)
