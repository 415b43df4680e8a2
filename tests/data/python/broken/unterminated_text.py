from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
COMPANY = '''Muster
COMPANY_SHORT = 'M'
