LOCAL_URL = 'https://jira.example.com'
LOCAL_USERNAME = 'me'
COMPANY = x
