from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
JIRA_ATTRIBUTES = (
    jira_sync.Sync_Attribute_Files (prefix = 'x'),
