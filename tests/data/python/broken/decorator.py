from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
@jira_sync.hook
def f ():
    return 1
