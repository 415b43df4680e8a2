# Tracker Sync: problems in KPM that are assigned to you, kept in step with issues of your Roundup, in the syntax of the predecessor.
#
# This file is read and never run. Look at what the program makes of it:
#   trackersync -c config-example/roundup-kpm.py check --offline
#   trackersync config convert config-example/roundup-kpm.py
#
# roundup-kpm.toml is the same in TOML.

from trackersync import roundup_sync, kpmwssync

# Your account in KPM; here certificate and key are in one file.
KPM_USERNAME        = 'SYNCUSER'
KPM_PKCS12_PATH     = '/etc/trackersync/kpm.p12'
KPM_PKCS12_PASSWORD = 'change-me'
KPM_WSDL            = '/etc/trackersync/kpm.wsdl'
KPM_STAGE           = 'Production'
KPM_OU              = 'KPM-TEST'
KPM_PLANT           = 'Z$'

# Your Roundup, with the account in front of the host. `%40` is an `@` in the password.
ROUNDUP_URL = 'https://sync:change%40me@roundup.example.com/tracker/xmlrpc'
LOCAL_TRACKER = 'roundup'

fault_frequency = dict(once = 'XE', repeatedly = 'XF', always = 'XG')
reproducible = {True: 'XH', False: 'XI'}
severity_here = {
    '1': 'critical', '2': 'critical', '3': 'critical', '4': 'urgent', '5': 'urgent',
    '6': 'bug', '7': 'bug', '8': 'wish', '9': 'wish', '10': 'wish',
}
severity_there = {'critical': '2', 'urgent': '4', 'bug': '6', 'feature': '8', 'wish': '8'}

# Rules that a site with several customers would use for each of them.
common = (
    # Closed issues are left alone.
    roundup_sync.Sync_Attribute_Check(
        roundup_name = 'status', value = 'resolved', invert = True, update = False,
    ),
    roundup_sync.Sync_Attribute_Default(roundup_name = 'assignedto', default = 'jane'),
    roundup_sync.Sync_Attribute_Default(roundup_name = 'status', default = 'unread'),
)

KPM_ATTRIBUTES = common + (
    # Only what was handed over to suppliers; a problem that we create there has no such status yet.
    roundup_sync.Sync_Attribute_Check_Remote(None, 'EngineeringStatus', value = '2', only_update = True),

    # --- What KPM tells
    # The title comes from there, except while we create the problem.
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'title', remote_name = 'ShortText', r_default = '(no title)', only_update = True,
    ),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'priority', remote_name = 'Rating', r_default = 'bug', imap = severity_here, only_update = True,
    ),
    roundup_sync.Sync_Attribute_One_Way(roundup_name = 'ext_status', remote_name = 'EngineeringStatus'),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'ext_id', remote_name = 'ProblemNumber', after_create = True,
    ),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'release', remote_name = 'ForemostTestPart.Software', r_default = '?', only_update = True,
    ),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'hardware', remote_name = 'ForemostTestPart.Hardware', only_update = True,
    ),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'reproducible', remote_name = 'Repeatable', map = reproducible, only_update = True,
    ),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'frequency.name', remote_name = 'Frequency', map = fault_frequency, only_update = True,
    ),
    # Where your schema has a class `kpm` whose items link to issues, a path leads there:
    # roundup_sync.Sync_Attribute_One_Way(roundup_name = '/kpm/analysis.content', remote_name = 'Analysis'),

    # --- What we answer
    roundup_sync.Sync_Attribute_Two_Way(roundup_name = 'supplier_answer', remote_name = 'SupplierResponse'),
    roundup_sync.Sync_Attribute_Two_Way(roundup_name = 'fixed_in', remote_name = 'SupplierVersionOk'),
    # The status is that of the issue; what is not in the map counts as "in work".
    roundup_sync.Sync_Attribute_To_Remote(
        roundup_name = 'status',
        remote_name = 'SupplierStatus',
        l_default = '1',
        map = {
            'unread': '0',
            'deferred': '3',
            'chatting': '1',
            'need-eg': '3',
            'in-progress': '1',
            'testing': '4',
            'done-cbb': '5',
            'resolved': '5',
        },
    ),
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'id', remote_name = 'SupplierErrorNumber'),

    # --- What a problem has that we create there
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'title', remote_name = 'ShortText', only_create = True),
    roundup_sync.Sync_Attribute_To_Remote(
        roundup_name = 'id', remote_name = 'ExternalProblemNumber', only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'release', remote_name = 'ForemostTestPart.Software', only_create = True),
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'hardware', remote_name = 'ForemostTestPart.Hardware', only_create = True),
    roundup_sync.Sync_Attribute_To_Remote(
        roundup_name = 'priority', remote_name = 'Rating', l_default = '6', map = severity_there, only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote(
        roundup_name = 'reproducible', remote_name = 'Repeatable', map = reproducible, only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote(
        roundup_name = 'frequency.name', remote_name = 'Frequency', map = fault_frequency, only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote_Default(roundup_name = 'creation', remote_name = 'ProblemDate', only_create = True),
    roundup_sync.Sync_Attribute_To_Remote_Default(
        roundup_name = None, remote_name = 'Description', l_default = 'See the notices.', only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote_Default(
        roundup_name = None, remote_name = 'Workflow', l_default = '42', only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote_Default(
        roundup_name = None, remote_name = 'Origin.Phase', l_default = '10', only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote_Default(
        roundup_name = None, remote_name = 'Creator.Address.OrganisationalUnit', l_default = KPM_OU, only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote_Default(
        roundup_name = None, remote_name = 'Creator.Address.Plant', l_default = KPM_PLANT, only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote_Default(
        roundup_name = None,
        remote_name = 'Coordinator.Contractor.Address.OrganisationalUnit',
        l_default = 'EX-1',
        only_create = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote_Default(
        roundup_name = None, remote_name = 'Coordinator.Contractor.Address.Plant', l_default = '11', only_create = True,
    ),

    # --- Files and talk
    roundup_sync.Sync_Attribute_Files(prefix = 'kpm-'),
    # Texts of KPM that change: each version becomes a message under its headline.
    roundup_sync.Sync_Attribute_Message('Description in KPM:', 'Description'),
    roundup_sync.Sync_Attribute_Message('Analysis in KPM:', 'Analysis'),
    # Notices go both ways.
    kpmwssync.Sync_Attribute_KPM_Message('TO KPM:', 'KPM notice: ', l_only_update = True),
    kpmwssync.Sync_Attribute_KPM_Message(
        local_prefix = 'KPM information: ', kpm_process_step = 'Information an Lieferanten', l_only_update = True,
    ),
    # Roundup wants at least one message.
    roundup_sync.Sync_Attribute_Default_Message('Taken over from KPM.'),
)
