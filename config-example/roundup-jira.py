# Tracker Sync: issues of your Roundup, kept in step with those of a customer's Jira, in the syntax of the predecessor.
#
# This file is read and never run. Look at what the program makes of it:
#   trackersync -c config-example/roundup-jira.py check --offline
#   trackersync config convert config-example/roundup-jira.py
#
# New sites write TOML: roundup-jira.toml explains every setting.

from trackersync import roundup_sync

# The customer's Jira. The path of its interface may stand behind the address.
JIRA_URL      = 'https://jira.customer.example/rest/api/2'
JIRA_USERNAME = 'supplier-sync'
JIRA_PASSWORD = 'change-me'
JIRA_TIMEOUT  = 30
# Which of its issues are ours.
JIRA_JQL      = 'project = UP and component = "Our part"'
# Part of names, and the name of the tracker there.
TRACKER_NAME  = 'upstream'

# Your Roundup. Name and password may also stand in the address.
LOCAL_TRACKER  = 'roundup'
LOCAL_URL      = 'https://roundup.example.com/tracker/'
LOCAL_USERNAME = 'sync'
LOCAL_PASSWORD = 'change-me'

# Words that differ between the two.
priority_words = dict(
    critical = 'Highest',
    urgent   = 'High',
    bug      = 'Medium',
    feature  = 'Low',
    wish     = 'Lowest',
)

JIRA_ATTRIBUTES = (
    # Resolved issues are left alone.
    roundup_sync.Sync_Attribute_Check(
        local_name = 'status', value = 'resolved', invert = True, update = False,
    ),
    # Either side may change the title.
    roundup_sync.Sync_Attribute_Two_Way(local_name = 'title', remote_name = 'summary'),
    # Their priority is also ours.
    roundup_sync.Sync_Attribute_To_Local(
        local_name = 'priority', remote_name = 'priority.name', map = priority_words, r_default = 'bug',
    ),
    # Somebody has to look at a new issue.
    roundup_sync.Sync_Attribute_To_Local_Default(
        local_name = 'assignedto', r_default = 'jane', local_unset = 'nobody',
    ),
    # Our keywords are their labels.
    roundup_sync.Sync_Attribute_To_Remote(local_name = 'keyword', remote_name = 'labels'),
    # Each new text of the description becomes a message.
    roundup_sync.Sync_Attribute_Message(headline = 'Description upstream', remote_name = 'description'),
    # Messages with this keyword go to the customer.
    roundup_sync.Sync_Attribute_Messages(keyword = 'upstream'),
    roundup_sync.Sync_Attribute_Files(prefix = 'upstream-'),
    # Roundup wants at least one message.
    roundup_sync.Sync_Attribute_Default_Message(message = 'Created from the upstream tracker.'),
)
