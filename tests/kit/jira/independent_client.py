"""Uses a Jira site through the public `jira` package: what works here works for clients this project did not write.

Called with: base URL, `cloud` or `server`, user name, secret. Ends with status 0 if all went well. The site has the project UP
with the issue type Sub-task, a component core, a version 1.0 and a security level internal.
"""

import io
import sys

from jira import JIRA
from jira.exceptions import JIRAError
from operations import Recorder, expect, refused


def search(client, cloud, jql):
    if cloud:
        return client.enhanced_search_issues(jql, fields="summary,status,labels", maxResults=10)
    return client.search_issues(jql, maxResults=10)


def vocabulary(client, cloud):
    info = client.server_info()
    expect(info["deploymentType"] == ("Cloud" if cloud else "Server"), "deployment type")
    expect(client.myself()["displayName"] == "Jane Doe", "myself")
    expect("summary" in {field["id"] for field in client.fields()}, "fields")
    expect([project.key for project in client.projects()] == ["UP"], "projects")
    expect(client.project("UP").name == "Upstream", "project name")
    kinds = client.issue_types()
    expect([kind.name for kind in kinds if kind.subtask] == ["Sub-task"], "issue types")
    expect(client.issue_type(kinds[0].id).name == "Bug", "issue type")
    expect(client.issue_type_by_name("Bug").id == kinds[0].id, "issue type by name")
    expect(client.priority(client.priorities()[0].id).name == "Highest", "priorities")
    expect(client.status(client.statuses()[0].id).name == "Open", "statuses")
    expect(client.resolution(client.resolutions()[0].id).name == "Done", "resolutions")
    expect(client.statuscategory(client.statuscategories()[0].id).name == "To Do", "status categories")
    expect(len(client.issue_types_for_project("UP")) == 3, "statuses of the project")
    expect(client.attachment_meta()["enabled"], "attachments are taken")
    names = [kind.name for kind in client.issue_link_types()]
    expect("Blocks" in names, "link types")
    expect(client.issue_link_type(client.issue_link_types()[0].id).name == names[0], "link type")


def screens(client, cloud):
    # On Cloud this package knows the old form only.
    if cloud:
        [project] = client.createmeta(projectKeys="UP", expand="projects.issuetypes.fields")["projects"]
        kinds = [kind["name"] for kind in project["issuetypes"]]
        fields = project["issuetypes"][0]["fields"]
    else:
        found = client.project_issue_types("UP")
        kinds = [kind.name for kind in found]
        fields = {field.fieldId: field.raw for field in client.project_issue_fields("UP", found[0].id)}
    expect(kinds == ["Bug", "Task", "Sub-task"], "types that can be created")
    expect(fields["summary"]["required"] and not fields["labels"]["required"], "required fields")
    expect([choice["name"] for choice in fields["components"]["allowedValues"]] == ["core"], "allowed values")
    expect("parent" not in fields, "a bug has no parent")


def people(client, cloud, key):
    permissions = client.my_permissions(projectKey="UP", permissions="EDIT_ISSUES,ADMINISTER")["permissions"]
    expect(permissions["EDIT_ISSUES"]["havePermission"], "permissions")
    sought = {"query": "jane"} if cloud else {"user": "jane"}
    [found] = client.search_users(**sought)
    name = found.accountId if cloud else found.name
    expect(client.user(name).displayName == "Jane Doe", "user")
    sought = {"query": "jane"} if cloud else {"username": "jane"}
    [found] = client.search_assignable_users_for_issues(issueKey=key, **sought)
    expect(found.displayName == "Jane Doe", "assignable")
    expect(client.assign_issue(key, "jane"), "assignment")
    expect(client.issue(key).fields.assignee.displayName == "Jane Doe", "assignee")
    client.add_watcher(key, "sync")
    expect(client.watchers(key).watchCount == 2, "watchers")
    client.remove_watcher(key, "sync")
    expect([one.displayName for one in client.watchers(key).watchers] == ["Jane Doe"], "watchers that are left")
    expect(client.votes(key).votes == 0, "votes")


def issue_life(client, cloud):
    issue = client.create_issue(
        project="UP", summary="From another client", description="First\n\nSecond", issuetype={"name": "Bug"}
    )
    again = client.issue(issue.key, expand="changelog")
    expect(again.fields.summary == "From another client", "summary")
    expect(again.fields.description == "First\n\nSecond", "description")
    expect(again.fields.status.name == "Open", "status")
    expect(again.fields.reporter.displayName == "Jane Doe", "reporter")
    client.note("Issue.update")
    again.update(summary="Renamed", fields={"labels": ["one", "two"], "security": {"name": "internal"}})
    again.update(update={"labels": [{"remove": "one"}, {"add": "three"}]})
    again = client.issue(issue.key, expand="changelog")
    expect(again.fields.summary == "Renamed", "changed summary")
    expect(again.fields.labels == ["three", "two"], f"labels {again.fields.labels}")
    expect(client.security_level(again.fields.security.id).name == "internal", "security level")
    expect(len(again.changelog.histories) == 2, "changelog")
    expect(client.editmeta(issue.key)["fields"]["labels"]["operations"] == ["add", "set", "remove"], "edit screen")
    found = search(client, cloud, "project = UP AND labels = three AND updated >= -5m ORDER BY key")
    expect([hit.key for hit in found] == [issue.key], "search")
    if cloud:
        expect(client.approximate_issue_count("project = UP") == 1, "count")
    return issue.key


def many_issues(client, key):
    task = {"project": {"key": "UP"}, "issuetype": {"name": "Task"}}
    part = {"project": {"key": "UP"}, "issuetype": {"name": "Sub-task"}, "summary": "part", "parent": {"key": key}}
    made = client.create_issues([{**task, "summary": "one"}, task, part])
    expect([entry["error"] is None for entry in made] == [True, False, True], f"bulk {made}")
    other, part = made[0]["issue"], made[2]["issue"]
    expect(client.issue(part.key).fields.parent.key == key, "parent")
    expect([entry.key for entry in client.issue(key).fields.subtasks] == [part.key], "subtasks")
    client.create_issue_link("Blocks", key, other.key, comment={"body": "because"})
    [link] = client.issue(key).fields.issuelinks
    expect(link.outwardIssue.key == other.key and link.type.outward == "blocks", "issue link")
    expect(client.issue_link(link.id).inwardIssue.key == key, "issue link by id")
    client.delete_issue_link(link.id)
    expect(client.issue(other.key).fields.issuelinks == [], "no issue link")
    client.note("Issue.delete")
    other.delete()
    refusal = refused(JIRAError, client.issue(key).delete, "the deletion of an issue with subtasks")
    expect(refusal.status_code == 400, "subtasks")


def comments(client, key):
    before = len(client.comments(key))
    comment = client.add_comment(key, "A remark")
    expect(client.comment(key, comment.id).body == "A remark", "comment")
    client.note("Comment.update")
    comment.update(body="A better remark")
    expect([entry.body for entry in client.comments(key)][before:] == ["A better remark"], "comments")
    expect(client.comments(key)[-1].author.displayName == "Jane Doe", "author")
    client.note("Comment.delete")
    comment.delete()
    expect(len(client.comments(key)) == before, "comment is gone")


def attachments(client, key):
    content = bytes(range(256)) * 50
    client.add_attachment(issue=key, attachment=io.BytesIO(content), filename="bytes \u010d.bin")
    [attachment] = client.issue(key).fields.attachment
    expect(attachment.filename == "bytes \u010d.bin", "file name")
    expect(attachment.size == len(content), "size")
    client.note("Attachment.get")
    expect(attachment.get() == content, "content")
    expect(client.attachment(attachment.id).mimeType == attachment.mimeType, "media type")
    client.delete_attachment(attachment.id)
    expect(client.issue(key).fields.attachment == [], "attachment is gone")


def workflow(client, key):
    names = {entry["to"]["name"]: entry["id"] for entry in client.transitions(key, expand="transitions.fields")}
    expect(set(names) == {"In Progress", "Done"}, f"transitions {names}")
    expect(client.find_transitionid_by_name(key, "Finish") == names["Done"], "transition by name")
    client.transition_issue(key, names["Done"], comment="Closing")
    issue = client.issue(key)
    expect(issue.fields.status.name == "Done", "closed")
    expect(issue.fields.resolution.name == "Done", "resolution")
    expect(client.comments(key)[-1].body == "Closing", "comment of a transition")


def marks(client, key):
    link = {"url": "https://bugs.example.org/7", "title": "issue7"}
    client.add_remote_link(key, link, globalId="upstream=7")
    client.add_remote_link(key, {**link, "title": "issue 7"}, globalId="upstream=7")
    [link] = client.remote_links(key)
    expect(link.object.title == "issue 7", "remote links")
    expect(client.remote_link(key, link.id).globalId == "upstream=7", "remote link")
    client.delete_remote_link(key, internal_id=link.id)
    client.add_simple_link(key, {"url": "https://bugs.example.org/8", "title": "issue8"})
    client.add_issue_property(key, "mark", {"from": 7})
    expect([entry.key for entry in client.issue_properties(key)] == ["mark"], "properties")
    entry = client.issue_property(key, "mark")
    expect(getattr(entry.value, "from") == 7, "property")
    client.note("IssueProperty.delete")
    entry.delete()
    expect(client.issue_properties(key) == [], "property is gone")


def work(client, key):
    worklog = client.add_worklog(key, timeSpent="1h 30m", comment="looked into it")
    expect(client.worklog(key, worklog.id).timeSpentSeconds == 5400, "work")
    expect([entry.comment for entry in client.worklogs(key)] == ["looked into it"], "worklogs")
    client.note("Worklog.delete")
    worklog.delete()
    expect(client.worklogs(key) == [], "work is gone")


def parts(client, key):
    expect([version.name for version in client.project_versions("UP")] == ["1.0"], "versions")
    expect([component.name for component in client.project_components("UP")] == ["core"], "components")
    version = client.create_version("2.0", "UP", description="next")
    component = client.create_component("docs", "UP")
    fixed = {"fixVersions": [{"name": "2.0"}], "components": [{"name": "docs"}]}
    client.issue(key).update(fields=fixed)
    expect(client.version_count_related_issues(version.id)["issuesFixedCount"] == 1, "issues of a version")
    expect(client.version_count_unresolved_issues(version.id) == 0, "open issues of a version")
    expect(client.component_count_related_issues(component.id) == 1, "issues of a component")
    client.rename_version("UP", "2.0", "2.1")
    expect(client.get_project_version_by_name("UP", "2.1").id == version.id, "version by name")
    expect(client.version(version.id).name == "2.1", "version")
    expect([entry.name for entry in client.issue(key).fields.fixVersions] == ["2.1"], "version of the issue")
    expect(client.component(component.id).name == "docs", "component")
    client.delete_component(component.id)
    expect(client.issue(key).fields.components == [], "component is gone")


def refusals(client, url, user):
    # The package looks the project up before it tries to create anything there.
    bug = {"name": "Bug"}
    impossible = [({"project": "UP", "issuetype": bug}, 400), ({"project": "NO", "issuetype": bug, "summary": "x"}, 404)]
    for fields, status in impossible:
        refusal = refused(JIRAError, lambda fields=fields: client.create_issue(fields=fields), fields)
        expect(refusal.status_code == status, f"status {refusal.status_code}")
        expect(refusal.text, "text of the refusal")
    wrong = JIRA(server=url, basic_auth=(user, "wrong"), max_retries=0, get_server_info=False)
    refusal = refused(JIRAError, wrong.myself, "a wrong password")
    expect(refusal.status_code == 401, f"status {refusal.status_code}")


def main(url, dialect, user, secret):
    cloud = dialect == "cloud"
    client = Recorder(JIRA(server=url, basic_auth=(user, secret), max_retries=0))
    vocabulary(client, cloud)
    screens(client, cloud)
    key = issue_life(client, cloud)
    people(client, cloud, key)
    many_issues(client, key)
    comments(client, key)
    attachments(client, key)
    workflow(client, key)
    marks(client, key)
    work(client, key)
    parts(client, key)
    refusals(client, url, user)
    client.issue(key).delete(deleteSubtasks=True)
    expect(search(client, cloud, "project = UP") == [], "nothing is left")
    client.tell(least=30)


if __name__ == "__main__":
    main(*sys.argv[1:])
