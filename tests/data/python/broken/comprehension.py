from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
words = [x for x in ('a', 'b')]
