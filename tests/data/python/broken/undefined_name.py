from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
COMPANY = LOCAL_URI
