from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
words = { 'one' : '1'
        , 'two' : '2'
        , 'one' : '3'
        }
