from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
LOCAL_TRACKER = 5
JIRA_ATTRIBUTES = ()
