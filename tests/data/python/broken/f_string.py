from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
KPM_SITE = f'https://{LOCAL_URL}/x'
