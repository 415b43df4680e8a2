JIRA_URL = 'jira.example.com'
JIRA_USERNAME = 'a'
JIRA_PASSWORD = 'b'
ROUNDUP_URL = 'https://a:b@roundup.example.com/tracker/xmlrpc'
JIRA_ATTRIBUTES = ()
