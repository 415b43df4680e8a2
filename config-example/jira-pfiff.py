# Tracker Sync: issues that Porsche sends through PFIFF, kept in step with issues of your Jira, in the syntax of the predecessor.
#
# This file is read and never run. Look at what the program makes of it:
#   trackersync -c config-example/jira-pfiff.py check --offline
#   trackersync config convert config-example/jira-pfiff.py
#
# jira-pfiff.toml is the same in TOML.

from trackersync import jira_sync, pfiffsync

# Your name in the documents, and its short form, which marks what is yours.
COMPANY       = 'Muster Zulieferer GmbH'
COMPANY_SHORT = 'MZG'

# Both ends of an ENGDAT package. A package with other routing codes is refused.
ENGDAT_OWN_ID       = 'O0013000000MUSTER'
ENGDAT_OWN_ROUTING  = 'MUSTER-SYNC'
ENGDAT_OWN_NAME     = 'Muster Zulieferer GmbH'
ENGDAT_OWN_ADR1     = 'Werkstrasse 1'
ENGDAT_OWN_ADR2     = '12345 Musterstadt'
ENGDAT_OWN_COUNTRY  = 'DE'
ENGDAT_OWN_DEPT     = 'Entwicklung'
ENGDAT_OWN_EMAIL    = 'sync@muster.example'
ENGDAT_PEER_ID      = 'O0013000000PARTNER'
ENGDAT_PEER_ROUTING = 'PARTNER-PFIFF'
ENGDAT_PEER_NAME    = 'Porsche AG'
ENGDAT_PEER_COUNTRY = 'DE'
# Three characters in the names of packages.
ENGDAT_FILENAME     = 'MZG'

# The folders of the OFTP server, and the key with which we reach its host.
oftp           = 'oftp.example.com:/var/spool/oftp'
OFTP_INCOMING  = oftp + '/inbox'
OFTP_OUTGOING  = oftp + '/outbox'
OFTP_TMP_OUT   = oftp + '/staging'
SSH_USER       = 'sync'
SSH_KEY        = '/etc/trackersync/oftp.key'
SSH_PASSPHRASE = 'change-me'

LOCAL_TRACKER  = 'jira'
LOCAL_URL      = 'https://jira.example.com/rest/api/2'
LOCAL_USERNAME = 'pfiff-sync'
LOCAL_PASSWORD = 'change-me'

# Fields of this Jira that have no name of their own.
external_ticket = 'customfield_12600'
release_note    = 'customfield_12009'

PFIFF_ATTRIBUTES = (
    # Closed issues are left alone.
    jira_sync.Sync_Attribute_Check(
        local_name = 'status.name', value = 'Closed', invert = True, update = False,
    ),

    # --- What a new issue has
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'project.key', r_default = 'SPORT', l_only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'issuetype.name', r_default = 'Defect', l_only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'security.name', r_default = 'Project members', l_only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Multilink_Default(
        local_name = 'versions.name',
        remote_name = 'component_sw_version',
        r_default = 'unknown',
        use_r_default = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Multilink(
        local_name = 'components.name',
        remote_name = 'component_name',
        r_default = 'other',
        use_r_default = True,
        l_only_create = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = 'priority.name',
        remote_name = 'priority',
        r_default = 'Minor',
        imap = dict(TOP = 'Blocker', HIGH = 'Major', MEDIUM = 'Minor', LOW = 'Trivial'),
    ),

    # --- What PFIFF tells
    jira_sync.Sync_Attribute_To_Local(
        local_name = external_ticket, remote_name = 'problem_number', local_prefix = 'PFIFF-',
    ),
    jira_sync.Sync_Attribute_To_Local(
        local_name = 'summary', remote_name = 'problem_synopsis', r_default = '(no title)',
    ),
    # The description is put together from all that describes the issue.
    jira_sync.Sync_Attribute_To_Local_Concatenate(
        local_name = 'description',
        remote_names = [
            'problem_description',
            'in_analyse_comments',
            'action_points',
            'owner_fp',
            'DTC',
            'DTC_synopsis',
            'reproducibility',
            'release_wanted',
            'component_sw_version',
            'component_hw_version',
            'vehicle_project',
            'vehicle',
            'function_group',
            'function_component',
        ],
        delimiter = '\n\n',
        field_prefix = 'h4. ',
        field_postfix = '\n',
        # A name that is mapped to None gets no heading.
        name_map = {
            'problem_description': 'Description',
            'in_analyse_comments': 'Comments',
            'action_points': 'To do',
            'owner_fp': 'Owner',
            'DTC': 'Trouble code',
            'DTC_synopsis': None,
            'reproducibility': 'Reproducible',
            'release_wanted': 'Wanted in',
            'component_sw_version': 'Software version',
            'component_hw_version': 'Hardware version',
            'vehicle_project': 'Vehicle project',
            'vehicle': None,
            'function_group': 'Function',
            'function_component': None,
        },
    ),
    jira_sync.Sync_Attribute_To_Local_Multistring(
        local_name = 'labels', remote_name = 'crstatus', prefix = 'PFIFF-Status-', l_only_update = True,
    ),
    jira_sync.Sync_Attribute_To_Local_Multistring(
        local_name = 'labels', remote_name = 'release_wanted', prefix = 'PFIFF-Release-',
        allowed_chars = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-_',
    ),

    # --- What we answer
    jira_sync.Sync_Attribute_To_Local_Default(
        local_name = release_note, remote_name = 'supplier_comments', r_default = 'Under investigation',
        l_only_update = True,
    ),
    jira_sync.Sync_Attribute_To_Remote(local_name = release_note, remote_name = 'supplier_comments'),
    # The status there follows from status and resolution here; the first line that fits counts, and None fits all.
    jira_sync.Sync_Attribute_Multi_To_Remote(
        local_names = ['status.name', 'resolution.name'],
        remote_name = 'supplier_status',
        map = [
            (('Resolved', "Won't Fix"), 'REJECTED'),
            (('Resolved', 'Duplicate'), 'REJECTED'),
            (('Resolved', None), 'DELIVERED'),
            (('Closed', None), 'CLOSED'),
            (('In Progress', None), 'ESTIMATED'),
            (('In Test', None), 'ESTIMATED'),
            ((None, None), 'RECEIVED'),
        ],
    ),
    jira_sync.Sync_Attribute_To_Remote(local_name = 'key', remote_name = 'supplier_company_id'),
    jira_sync.Sync_Attribute_To_Remote(
        local_name = 'fixVersions.name', remote_name = 'resolve_until_release', join_multilink = True,
    ),
    jira_sync.Sync_Attribute_To_Remote(
        local_name = 'fixVersions.name', remote_name = 'resolved_in_release', join_multilink = True,
    ),

    # --- Files and talk
    # Every file of ours goes there.
    jira_sync.Sync_Attribute_Files(prefix = ''),
    pfiffsync.Sync_Attribute_Pfiff_Messages(prefix = '[TO OEM]'),
    # Who answers, and when: no reason for an answer by themselves.
    jira_sync.Sync_Attribute_To_Remote_If_Dirty(local_name = 'updated', remote_name = 'updated'),
    jira_sync.Sync_Attribute_To_Remote_If_Dirty(local_name = 'assignee.key', remote_name = 'assignee_key'),
    jira_sync.Sync_Attribute_To_Remote_If_Dirty(local_name = 'assignee.displayName', remote_name = 'assignee_name'),
)
