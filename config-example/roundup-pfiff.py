# Tracker Sync: issues that Porsche sends through PFIFF, kept in step with issues of your Roundup, in the syntax of the predecessor.
#
# This file is read and never run. Look at what the program makes of it:
#   trackersync -c config-example/roundup-pfiff.py check --offline
#   trackersync config convert config-example/roundup-pfiff.py
#
# roundup-pfiff.toml is the same in TOML.

from trackersync import roundup_sync, pfiffsync

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

# The folders of an OFTP server on this machine.
oftp          = '/var/spool/oftp'
OFTP_INCOMING = oftp + '/inbox'
OFTP_OUTGOING = oftp + '/outbox'
OFTP_TMP_OUT  = oftp + '/staging'

# Your Roundup, with the account in front of the host. `%40` is an `@` in the password.
ROUNDUP_URL = 'https://sync:change%40me@roundup.example.com/tracker/xmlrpc'
LOCAL_TRACKER = 'roundup'

PFIFF_ATTRIBUTES = (
    # There is no Check of the status: PFIFF is told of issues that were closed as well.
    roundup_sync.Sync_Attribute_Default(roundup_name = 'assignedto', default = 'jane'),
    roundup_sync.Sync_Attribute_Default(roundup_name = 'status', default = 'unread'),

    # --- What PFIFF tells
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'title', remote_name = 'problem_synopsis', r_default = '(no title)',
    ),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'priority',
        remote_name = 'priority',
        r_default = 'bug',
        imap = dict(TOP = 'critical', HIGH = 'urgent', MEDIUM = 'bug', LOW = 'wish'),
    ),
    roundup_sync.Sync_Attribute_One_Way(roundup_name = 'ext_id', remote_name = 'problem_number'),
    roundup_sync.Sync_Attribute_One_Way(roundup_name = 'ext_status', remote_name = 'crstatus'),
    roundup_sync.Sync_Attribute_One_Way(
        roundup_name = 'release', remote_name = 'component_sw_version', r_default = '?',
    ),
    roundup_sync.Sync_Attribute_One_Way(roundup_name = 'hardware', remote_name = 'component_hw_version'),
    # All that describes the issue in a word or two.
    roundup_sync.Sync_Attribute_To_Local_Concatenate(
        roundup_name = 'details',
        remote_names = [
            'owner_fp',
            'release_wanted',
            'reproducibility',
            'DTC',
            'DTC_synopsis',
            'frequency',
            'component_name',
            'vehicle_project',
            'vehicle',
            'function_group',
            'function_component',
            'ets_id',
        ],
        field_postfix = ': ',
        # A name that is mapped to None gets no heading.
        name_map = {
            'owner_fp': 'Owner',
            'release_wanted': 'Wanted in',
            'reproducibility': 'Reproducible',
            'DTC': 'Trouble code',
            'DTC_synopsis': None,
            'frequency': 'How often',
            'component_name': 'Component',
            'vehicle_project': 'Vehicle project',
            'vehicle': 'Vehicle',
            'function_group': 'Function',
            'function_component': None,
            'ets_id': 'External test',
        },
    ),
    roundup_sync.Sync_Attribute_To_Local_Multistring(
        roundup_name = 'keyword', remote_name = 'crstatus', prefix = 'PFIFF-Status-',
    ),

    # --- What we answer
    roundup_sync.Sync_Attribute_To_Local_Default(
        roundup_name = 'supplier_answer', remote_name = 'supplier_comments', r_default = 'Under investigation',
        l_only_update = True,
    ),
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'supplier_answer', remote_name = 'supplier_comments'),
    # The status there follows from the status here, and from whether the issue has one that supersedes it; the first line
    # that fits counts, and None fits all.
    roundup_sync.Sync_Attribute_Multi_To_Remote(
        local_names = ['status', 'superseder'],
        remote_name = 'supplier_status',
        map = [
            (('done-cbb', ''), 'DELIVERED'),
            (('done-cbb', None), 'REJECTED'),
            (('resolved', ''), 'CLOSED'),
            (('resolved', None), 'REJECTED'),
            (('in-progress', None), 'ESTIMATED'),
            (('testing', None), 'ESTIMATED'),
            ((None, None), 'RECEIVED'),
        ],
    ),
    # An answer is named after our issue: without this rule there is none.
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'id', remote_name = 'supplier_company_id'),
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'planned_for', remote_name = 'resolve_until_release'),
    roundup_sync.Sync_Attribute_To_Remote(roundup_name = 'fixed_in', remote_name = 'resolved_in_release'),

    # --- Files and talk
    roundup_sync.Sync_Attribute_Files(prefix = 'pfiff-'),
    # Texts of PFIFF that change: each version becomes a message under its headline.
    roundup_sync.Sync_Attribute_Message('Description in PFIFF:', 'problem_description'),
    roundup_sync.Sync_Attribute_Message('Comments in PFIFF:', 'in_analyse_comments'),
    roundup_sync.Sync_Attribute_Message('To do in PFIFF:', 'action_points'),
    # Messages that begin with this go there.
    pfiffsync.Sync_Attribute_Pfiff_Messages(prefix = '[TO OEM]'),
    # Roundup wants at least one message.
    roundup_sync.Sync_Attribute_Default_Message('Taken over from PFIFF.'),
    # Who answers, and when: no reason for an answer by themselves.
    roundup_sync.Sync_Attribute_To_Remote_If_Dirty(roundup_name = 'activity', remote_name = 'updated'),
    roundup_sync.Sync_Attribute_To_Remote_If_Dirty(roundup_name = 'assignedto.username', remote_name = 'assignee_key'),
    roundup_sync.Sync_Attribute_To_Remote_If_Dirty(roundup_name = 'assignedto.realname', remote_name = 'assignee_name'),
)
