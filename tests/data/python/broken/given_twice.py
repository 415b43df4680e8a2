from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
JIRA_ATTRIBUTES = [jira_sync.Sync_Attribute_Check ('a', local_name = 'b')]
