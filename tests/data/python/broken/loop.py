from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
for word in ('a', 'b'):
    pass
