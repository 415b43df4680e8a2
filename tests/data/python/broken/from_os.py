from os import path
from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
