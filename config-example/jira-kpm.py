# Tracker Sync: problems in KPM that are assigned to you, kept in step with issues of your Jira, in the syntax of the predecessor.
#
# This file is read and never run. Look at what the program makes of it:
#   trackersync -c config-example/jira-kpm.py check --offline
#   trackersync config convert config-example/jira-kpm.py
#
# jira-kpm.toml is the same in TOML.

from trackersync import jira_sync, kpmwssync

# Your account in KPM. There is no password: the certificate is the login.
KPM_USERNAME = 'SYNCUSER'
KPM_CERTPATH = '/etc/trackersync/kpm_certificate.pem'
KPM_KEYPATH  = '/etc/trackersync/kpm_certificate.key'
# The description of the service, which you got together with the certificate.
KPM_WSDL     = '/etc/trackersync/kpm.wsdl'
KPM_STAGE    = 'Production'
# Your mailbox: problems that lie there are yours.
KPM_OU       = 'KPM-TEST'
KPM_PLANT    = 'Z$'
# KPM takes no larger file.
KPM_MAX_ATTACHMENT_SIZE = 10485760

LOCAL_TRACKER  = 'jira'
LOCAL_URL      = 'https://jira.example.com/rest/api/2'
LOCAL_USERNAME = 'kpm-sync'
LOCAL_PASSWORD = 'change-me'

# Fields of this Jira that have no name of their own.
external_ticket = 'customfield_12600'
taking_part     = 'customfield_12601.value'
release_note    = 'customfield_12009'
frequency       = 'customfield_16400.value'
supplier_answer = 'customfield_12010'

how_often = {'XF': 'Sometimes', 'XG': 'Always', 'XE': 'Once'}
can_repeat = {'XH': 'yes', 'XI': 'no'}
# KPM has ten ratings, and people speak of four.
rating_letters = {
    '1': 'A', '2': 'A', '3': 'A', '4': 'B', '5': 'B', '6': 'C', '7': 'C', '8': 'D', '9': 'D', '10': 'D',
}
# What the customer sees of our work.
status_there = {
    'Open':        '1',
    'Reopened':    '1',
    'In Progress': '1',
    'Analysed':    '2',
    'Waiting':     '3',
    'In Test':     '4',
    'Resolved':    '5',
    'Closed':      '5',
    'Rejected':    '6',
}
# And what we make of a status that changes there. `-` comes when a problem is opened again.
status_here = {
    '0': 'Open',
    '-': 'Open',
    '1': 'In Progress',
    '2': 'Analysed',
    '3': 'Waiting',
    '4': 'In Test',
    '5': 'Resolved',
    '6': 'Rejected',
}

KPM_ATTRIBUTES = (
    # --- Which issues take part
    # Closed issues are left alone.
    jira_sync.Sync_Attribute_Check(
        local_name = 'status.name', value = 'Closed', invert = True, update = False,
    ),
    # Only what is marked so takes part, and where problems are created there, gets one. What comes from there is marked, too.
    jira_sync.Sync_Attribute_Check(
        local_name = taking_part, value = 'KPM', r_default = 'KPM',
    ),
    # Only what was handed over to suppliers; a problem that is yet to be created there was not.
    jira_sync.Sync_Attribute_Check_Remote(
        local_name = None, remote_name = 'EngineeringStatus', value = '2', only_update = True,
    ),

    # --- What a new issue has
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'project.key', r_default = 'CAR', l_only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'issuetype.name', r_default = 'Defect', l_only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'security.name', r_default = 'Project members', l_only_create = True,
    ),
    # The version that it was found in, or the one that stands for "not told".
    jira_sync.Sync_Attribute_To_Local_Multilink_Default(
        local_name = 'versions.name',
        remote_name = 'ForemostTestPart.Software',
        r_default = 'unknown',
        use_r_default = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'priority.name',
        remote_name = 'Rating',
        r_default = 'Minor',
        imap = {
            '1': 'Blocker', '2': 'Critical', '3': 'Critical', '4': 'Major', '5': 'Major',
            '6': 'Minor', '7': 'Minor', '8': 'Trivial', '9': 'Trivial', '10': 'Trivial',
        },
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = frequency, remote_name = 'Frequency', r_default = 'Always', imap = how_often,
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = release_note, r_default = 'Under investigation', l_only_update = True,
    ),

    # --- What KPM tells
    # The number there, and after we created a problem there, the number that it got.
    jira_sync.Sync_Attribute_To_Local(
        local_name = external_ticket, remote_name = 'ProblemNumber', local_prefix = 'KPM-', after_create = True,
    ),
    jira_sync.Sync_Attribute_To_Local(
        local_name = 'summary', remote_name = 'ShortText', r_default = '(no title)', only_update = True,
    ),
    # The description is put together from all that describes the problem.
    jira_sync.Sync_Attribute_To_Local_Concatenate(
        local_name = 'description',
        remote_names = [
            'Description',
            'DescriptionNational',
            'Rating',
            'Repeatable',
            'Frequency',
            'ForemostGroupProject.Project',
            'ForemostTestPart.PartName',
            'ForemostTestPart.PartNumber.PreNumber',
            'ForemostTestPart.PartNumber.MiddleGroup',
            'ForemostTestPart.PartNumber.EndNumber',
            'ForemostTestPart.Hardware',
            'ForemostTestPart.Software',
            'Creator.PersonalContractor.UserName',
            'ProblemSolver.Contractor.PersonalContractor.UserName',
        ],
        delimiter = '\n\n',
        field_prefix = '*',
        field_postfix = ':*\n',
        # A name that is mapped to None gets no heading.
        name_map = {
            'DescriptionNational': 'Description (national)',
            'ForemostGroupProject.Project': 'Vehicle project',
            'ForemostTestPart.PartName': 'Part',
            'ForemostTestPart.PartNumber.PreNumber': 'Part number',
            'ForemostTestPart.PartNumber.MiddleGroup': None,
            'ForemostTestPart.PartNumber.EndNumber': None,
            'ForemostTestPart.Hardware': 'Hardware version',
            'ForemostTestPart.Software': 'Software version',
            'Creator.PersonalContractor.UserName': 'Reported by',
            'ProblemSolver.Contractor.PersonalContractor.UserName': 'Responsible there',
        },
        content_map = {'Frequency': how_often, 'Repeatable': can_repeat, 'Rating': rating_letters},
    ),
    # Labels by which people search. The first one is for issues without any, so it stands before the others.
    jira_sync.Sync_Attribute_To_Local_Multistring_Default(
        local_name = 'labels', prefix = 'KPM-Origin-', r_default = 'customer',
    ),
    jira_sync.Sync_Attribute_To_Local_Multistring(
        local_name = 'labels', remote_name = 'Rating', prefix = 'KPM-Rating-', imap = rating_letters,
    ),
    jira_sync.Sync_Attribute_To_Local_Multistring(
        local_name = 'labels', remote_name = 'EngineeringStatus', prefix = 'KPM-Status-', l_only_update = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Multistring(
        local_name = 'labels',
        remote_name = 'ForemostGroupProject.Project',
        prefix = 'KPM-Project-',
        allowed_chars = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_',
    ),

    # --- What we answer
    # Both sides move the status; the words of one are not those of the other.
    jira_sync.Sync_Attribute_Two_Way(
        local_name = 'status.name',
        remote_name = 'SupplierStatus',
        map = status_there,
        imap = status_here,
        only_assigned = True,
    ),
    jira_sync.Sync_Attribute_To_Remote(
        local_name = supplier_answer, remote_name = 'SupplierResponse', only_assigned = True,
    ),
    jira_sync.Sync_Attribute_To_Remote(local_name = 'key', remote_name = 'SupplierErrorNumber', only_assigned = True),
    jira_sync.Sync_Attribute_To_Remote(
        local_name = 'fixVersions.name',
        remote_name = 'SupplierVersionOk',
        join_multilink = True,
        separator = ', ',
        only_assigned = True,
    ),
    # A date alone is no reason for an answer.
    jira_sync.Sync_Attribute_To_Remote_If_Dirty(local_name = 'duedate', remote_name = 'SupplierDueDate'),

    # --- What a problem has that we create there
    jira_sync.Sync_Attribute_To_Remote(local_name = 'summary', remote_name = 'ShortText', only_create = True),
    jira_sync.Sync_Attribute_To_Remote(local_name = 'description', remote_name = 'Description', only_create = True),
    jira_sync.Sync_Attribute_To_Remote(local_name = 'key', remote_name = 'ExternalProblemNumber', only_create = True),
    jira_sync.Sync_Attribute_To_Remote_Default(local_name = 'created', remote_name = 'ProblemDate', only_create = True),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = 'priority.name',
        remote_name = 'Rating',
        l_default = '6',
        map = {'Blocker': '1', 'Critical': '2', 'Major': '4', 'Minor': '6', 'Trivial': '8'},
        only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = frequency, remote_name = 'Frequency', l_default = 'XG', imap = how_often, only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Repeatable', l_default = 'XH', only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Workflow', l_default = '42', only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Visibility', l_default = '0', only_create = True,
    ),
    # Where it was found: phase and process.
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Origin.Phase', l_default = '10', only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Origin.SubProcess', l_default = '20', only_create = True,
    ),
    # The part, from the component and the version of our issue.
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = 'components.name',
        remote_name = 'ForemostTestPart.PartName',
        l_default = 'Head unit',
        join_multilink = True,
        only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = 'versions.name',
        remote_name = 'ForemostTestPart.Software',
        l_default = '0000',
        join_multilink = True,
        only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'ForemostGroupProject.Brand', l_default = 'V', only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'ForemostGroupProject.Project', l_default = 'XX123', only_create = True,
    ),
    # Who reports it, and who takes care of it there.
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Creator.Address.OrganisationalUnit', l_default = 'KPM-TEST', only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Creator.Address.Plant', l_default = 'Z$', only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None,
        remote_name = 'Coordinator.Contractor.Address.OrganisationalUnit',
        l_default = 'EX-1',
        only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Remote_Default(
        local_name = None, remote_name = 'Coordinator.Contractor.Address.Plant', l_default = '11', only_create = True,
    ),

    # --- Files and talk
    # Files whose names begin with this go to KPM.
    jira_sync.Sync_Attribute_Files(prefix = 'KPM-', l_only_update = True),
    # The analysis is a text of KPM that changes; each version becomes a comment.
    jira_sync.Sync_Attribute_Message(headline = 'Analysis in KPM:', remote_name = 'Analysis'),
    # Notices and questions go both ways, the answers come from there only.
    kpmwssync.Sync_Attribute_KPM_Message(
        prefix = 'TO KPM:', local_prefix = 'KPM notice: ', kpm_process_step = 'Aussage', l_only_update = True,
    ),
    kpmwssync.Sync_Attribute_KPM_Message(
        prefix = 'ASK KPM:', local_prefix = 'Our question: ', kpm_process_step = 'Rückfrage', l_only_update = True,
    ),
    kpmwssync.Sync_Attribute_KPM_Message(
        local_prefix = 'KPM answer: ', kpm_process_step = 'Antwort auf TV, RF, WK, FK, WA', l_only_update = True,
    ),
    kpmwssync.Sync_Attribute_KPM_Message(
        local_prefix = 'KPM information: ', kpm_process_step = 'Information an Lieferanten', l_only_update = True,
    ),
)
