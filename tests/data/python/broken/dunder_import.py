from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
os = __import__ ('os')
