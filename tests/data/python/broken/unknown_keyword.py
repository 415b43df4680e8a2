KPM_USERNAME = 'user'
KPM_WSDL = 'kpm.wsdl'
KPM_OU = 'A'
KPM_PLANT = 'B'
LOCAL_URL = 'https://jira.example.com'
LOCAL_USERNAME = 'me'
LOCAL_PASSWORD = 'secret'
KPM_ATTRIBUTES = (Sync_Attribute_To_Local (local_name = 'a', remote_nam = 'b'),)
