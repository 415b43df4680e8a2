"""Uses a Jira site through the public package `atlassian-python-api`, whose requests are other ones than those of `jira`.

Called with: base URL, `cloud` or `server`, user name, secret. Ends with status 0 if all went well. The site has the project UP
with the issue type Sub-task, a component core, a version 1.0 and a security level internal.
"""

import io
import sys

from atlassian import Jira
from operations import Recorder, expect, refused
from requests import HTTPError


def search(client, cloud, jql):
    found = client.enhanced_jql(jql, fields="summary,status") if cloud else client.jql(jql, fields="summary,status")
    return [issue["key"] for issue in found["issues"]]


def vocabulary(client, cloud):
    expect(client.get_server_info()["deploymentType"] == ("Cloud" if cloud else "Server"), "deployment type")
    expect(client.myself()["displayName"] == "Jane Doe", "myself")
    expect("summary" in {field["id"] for field in client.get_all_fields()}, "fields")
    [field] = client.get_custom_fields(start=0)["values"]
    expect(field["name"] == "External reference", "custom fields")
    expect([project["key"] for project in client.projects()] == ["UP"], "projects")
    expect(client.project("UP")["name"] == "Upstream", "project")
    expect([kind["name"] for kind in client.get_issue_types()] == ["Bug", "Task", "Sub-task"], "issue types")
    expect(client.get_priority_by_id(client.get_all_priorities()[0]["id"])["name"] == "Highest", "priorities")
    expect(client.get_resolution_by_id(client.get_all_resolutions()[0]["id"])["name"] == "Done", "resolutions")
    expect([status["name"] for status in client.get_all_statuses()] == ["Open", "In Progress", "Done"], "statuses")
    expect(client.get_status_id_from_name("Open") == 10000, "status by name")
    expect(len(client.get_status_for_project("UP")) == 3, "statuses of the project")
    expect(client.get_attachment_meta()["enabled"], "attachments are taken")
    expect("Blocks" in [kind["name"] for kind in client.get_issue_link_types()], "link types")
    permissions = client.get_permissions("EDIT_ISSUES", project_key="UP")["permissions"]
    expect(permissions["EDIT_ISSUES"]["havePermission"], "permissions")


def screens(client, cloud):
    page = client.issue_createmeta_issuetypes("UP")
    kinds = page["issueTypes" if cloud else "values"]
    page = client.issue_createmeta_fieldtypes("UP", kinds[0]["id"])
    fields = {field["fieldId"]: field for field in page["fields" if cloud else "values"]}
    expect(fields["summary"]["required"], "required fields")
    expect([level["name"] for level in fields["security"]["allowedValues"]] == ["internal"], "security levels")


def issue_life(client, cloud):
    fields = {"project": {"key": "UP"}, "issuetype": {"name": "Bug"}, "summary": "One more client", "description": "text"}
    key = client.create_issue(fields)["key"]
    expect(client.issue_exists(key), "exists")
    issue = client.issue(key)
    expect(issue["fields"]["description"] == "text", "description")
    client.update_issue_field(key, {"summary": "Renamed", "duedate": "2030-01-02"})
    expect(client.issue_field_value(key, "summary") == "Renamed", "summary")
    client.issue_update(key, fields={"labels": ["one"]}, update={"labels": [{"add": "two"}]})
    client.edit_issue(key, {"labels": [{"add": "three"}, {"remove": "one"}]})
    expect(sorted(client.get_issue_labels(key)) == ["three", "two"], "labels")
    expect(client.issue_editmeta(key)["fields"]["labels"]["operations"] == ["add", "set", "remove"], "edit screen")
    expect(client.get_issue(key, fields="duedate")["fields"] == {"duedate": "2030-01-02"}, "date")
    expect(len(client.get_issue_changelog(key)["values" if cloud else "histories"]) == 3, "changelog")
    expect(search(client, cloud, "project = UP AND labels = three") == [key], "search")
    if cloud:
        expect(client.approximate_issue_count("project = UP")["count"] == 1, "count")
    return key


def people(client, cloud, key):
    name = {"account_id": "712020:standin-jane"} if cloud else {"username": "jane"}
    expect(client.user(**name)["displayName"] == "Jane Doe", "user")
    sought = {"query": "jane"} if cloud else {"username": "jane"}
    expect(len(client.user_find_by_user_string(**sought)) == 1, "search for users")
    expect(len(client.get_all_assignable_users_for_project("UP")) == 2, "assignable in the project")
    expect(len(client.get_assignable_users_for_issue(key)) == 2, "assignable to the issue")
    client.assign_issue(key, "712020:standin-jane" if cloud else "jane")
    expect(client.issue_field_value(key, "assignee")["displayName"] == "Jane Doe", "assignee")
    client.issue_add_watcher(key, "712020:standin-sync" if cloud else "sync")
    expect(client.issue_get_watchers(key)["watchCount"] == 2, "watchers")
    client.issue_delete_watcher(key, **({"account_id": "712020:standin-sync"} if cloud else {"user": "sync"}))
    expect(client.issue_get_watchers(key)["watchCount"] == 1, "watchers that are left")


def comments(client, cloud, key):
    comment = client.issue_add_comment(key, "A remark")["id"]
    client.issue_edit_comment(key, comment, "A better remark")
    expect(client.issue_get_comment(key, comment)["body"] == "A better remark", "comment")
    expect(client.issue_get_comments(key)["total"] == 1, "comments")
    if cloud:
        expect(len(client.issues_get_comments_by_id(int(comment))["values"]) == 1, "comments by id")
    client.set_comment_property(comment, "mark", {"from": 7})
    expect(client.get_comment_property(comment, "mark")["value"] == {"value": {"from": 7}}, "property of a comment")
    expect(len(client.get_comment_properties_keys(comment)["keys"]) == 1, "properties of a comment")
    client.delete_comment_property(comment, "mark")


def attachments(client, key):
    content = io.BytesIO(b"some bytes")
    content.name = "bytes.txt"
    client.add_attachment_object(key, content)
    [attachment] = client.get_attachments_ids_from_issue(key)
    identifier = attachment["attachment_id"]
    expect(client.get_attachment(identifier)["filename"] == "bytes.txt", "file name")
    expect(client.get_attachment_content(identifier) == b"some bytes", "content")
    client.remove_attachment(identifier)
    expect(client.issue_field_value(key, "attachment") == [], "attachment is gone")


def workflow(client, key):
    expect({way["to"] for way in client.get_issue_transitions(key)} == {"In Progress", "Done"}, "transitions")
    client.issue_transition(key, "In Progress")
    expect(client.get_issue_status(key) == "In Progress", "status")
    client.set_issue_status_by_transition_id(key, 21)
    expect(client.get_issue_status_id(key) == "10002", "closed")
    client.set_issue_status(key, "Open")
    expect(client.issue_field_value(key, "resolution") is None, "no resolution")


def marks(client, key):
    for title in ["issue7", "issue 7"]:
        client.create_or_update_issue_remote_links(key, "https://bugs.example.org/7", title, global_id="upstream=7")
    [link] = client.get_issue_remote_links(key)
    expect(client.get_issue_remote_link_by_id(key, link["id"])["object"]["title"] == "issue 7", "remote link")
    client.update_issue_remote_link_by_id(key, link["id"], "https://bugs.example.org/8", "issue 8")
    client.delete_issue_remote_link_by_id(key, link["id"])
    client.set_issue_property(key, "mark", {"from": 7})
    expect(client.get_issue_property(key, "mark")["value"] == {"from": 7}, "property")
    expect([entry["key"] for entry in client.get_issue_property_keys(key)["keys"]] == ["mark"], "properties")
    client.delete_issue_property(key, "mark")
    client.issue_worklog(key, "2024-01-02T10:00:00.000+0100", 5400, "looked into it")
    expect(client.issue_get_worklog(key)["worklogs"][0]["timeSpent"] == "1h 30m", "work")


def links(client, key):
    fields = {"project": {"key": "UP"}, "issuetype": {"name": "Task"}, "summary": "another"}
    made = client.create_issues([{"fields": fields}])
    other = made["issues"][0]["key"]
    client.create_issue_link({"type": {"name": "Blocks"}, "inwardIssue": {"key": key}, "outwardIssue": {"key": other}})
    [link] = client.issue_field_value(key, "issuelinks")
    expect(client.get_issue_link(link["id"])["outwardIssue"]["key"] == other, "issue link")
    client.remove_issue_link(link["id"])
    client.delete_issue(other)
    expect(client.issue_deleted(other), "issue is gone")


def parts(client, key):
    expect([version["name"] for version in client.get_project_versions("UP")] == ["1.0"], "versions")
    expect(client.get_project_versions_paginated("UP")["total"] == 1, "a page of versions")
    version = client.add_version("UP", 10000, "2.0")["id"]
    client.update_version(version, name="2.1", is_released=True)
    expect(client.get_version(version)["released"], "version")
    client.delete_version(version)
    component = client.create_component({"name": "docs", "project": "UP"})["id"]
    client.update_component({"name": "documents"}, component)
    expect(client.component(component)["name"] == "documents", "component")
    client.update_issue_field(key, {"components": [{"name": "documents"}]})
    expect(client.get_component_related_issues(component)["issueCount"] == 1, "issues of a component")
    client.delete_component(component)
    expect([part["name"] for part in client.get_project_components("UP")] == ["core"], "components")


def refusals(client, url, user):
    bad = {"project": {"key": "UP"}, "issuetype": {"name": "Bug"}}
    refusal = refused(HTTPError, lambda: client.create_issue(bad), "an issue without summary")
    expect(refusal.response.status_code == 400, "status of the refusal")
    wrong = Jira(url=url, username=user, password="wrong")
    refusal = refused(HTTPError, wrong.myself, "a wrong password")
    expect(refusal.response.status_code == 401, "status for a wrong password")


def main(url, dialect, user, secret):
    cloud = dialect == "cloud"
    client = Recorder(Jira(url=url, username=user, password=secret, cloud=cloud))
    vocabulary(client, cloud)
    screens(client, cloud)
    key = issue_life(client, cloud)
    people(client, cloud, key)
    comments(client, cloud, key)
    attachments(client, key)
    workflow(client, key)
    marks(client, key)
    links(client, key)
    parts(client, key)
    refusals(client, url, user)
    client.delete_issue(key)
    expect(search(client, cloud, "project = UP") == [], "nothing is left")
    client.tell(least=30)


if __name__ == "__main__":
    main(*sys.argv[1:])
