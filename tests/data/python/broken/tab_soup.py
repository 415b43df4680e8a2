from trackersync import jira_sync

LOCAL_URL = 'https://jira.example.com'
	KPM_OU = 'x'
    	KPM_PLANT = 'y'
