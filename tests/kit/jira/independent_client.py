"""Uses a Jira site through the public `jira` package: what works here works for clients this project did not write.

Called with: base URL, `cloud` or `server`, user name, secret. Ends with status 0 if all went well.
"""

import io
import sys

from jira import JIRA
from jira.exceptions import JIRAError


def expect(condition, what):
    if not condition:
        raise AssertionError(what)


def search(client, cloud, jql):
    if cloud:
        return client.enhanced_search_issues(jql, fields="summary,status,labels", maxResults=10)
    return client.search_issues(jql, maxResults=10)


def issue_life(client, cloud):
    project = client.project("UP")
    expect(project.name == "Upstream", "project name")
    issue = client.create_issue(
        project="UP", summary="From another client", description="First\n\nSecond", issuetype={"name": "Bug"}
    )
    again = client.issue(issue.key)
    expect(again.fields.summary == "From another client", "summary")
    expect(again.fields.description == "First\n\nSecond", "description")
    expect(again.fields.status.name == "Open", "status")
    expect(again.fields.reporter.displayName == "Jane Doe", "reporter")
    again.update(summary="Renamed", fields={"labels": ["one", "two"]})
    again.update(update={"labels": [{"remove": "one"}, {"add": "three"}]})
    again = client.issue(issue.key)
    expect(again.fields.summary == "Renamed", "changed summary")
    expect(again.fields.labels == ["three", "two"], f"labels {again.fields.labels}")
    found = search(client, cloud, 'project = UP AND labels = three AND updated >= -5m ORDER BY key')
    expect([hit.key for hit in found] == [issue.key], "search")
    return issue.key


def comments(client, key):
    comment = client.add_comment(key, "A remark")
    expect(client.comment(key, comment.id).body == "A remark", "comment")
    comment.update(body="A better remark")
    expect([entry.body for entry in client.comments(key)] == ["A better remark"], "comments")
    expect(client.comments(key)[0].author.displayName == "Jane Doe", "author")


def attachments(client, key):
    content = bytes(range(256)) * 50
    client.add_attachment(issue=key, attachment=io.BytesIO(content), filename="bytes \u010d.bin")
    [attachment] = client.issue(key).fields.attachment
    expect(attachment.filename == "bytes \u010d.bin", "file name")
    expect(attachment.size == len(content), "size")
    expect(attachment.get() == content, "content")
    expect(client.attachment(attachment.id).mimeType == attachment.mimeType, "media type")


def workflow(client, key):
    names = {entry["to"]["name"]: entry["id"] for entry in client.transitions(key)}
    expect(set(names) == {"In Progress", "Done"}, f"transitions {names}")
    client.transition_issue(key, names["Done"], comment="Closing")
    issue = client.issue(key)
    expect(issue.fields.status.name == "Done", "closed")
    expect(issue.fields.resolution.name == "Done", "resolution")
    expect(client.comments(key)[-1].body == "Closing", "comment of a transition")


def links(client, key):
    client.add_remote_link(key, {"url": "https://bugs.example.org/7", "title": "issue7"}, globalId="upstream=7")
    client.add_remote_link(key, {"url": "https://bugs.example.org/7", "title": "issue 7"}, globalId="upstream=7")
    expect([link.object.title for link in client.remote_links(key)] == ["issue 7"], "remote links")


def refusals(client, url, user):
    # The package looks the project up before it tries to create anything there.
    bug = {"name": "Bug"}
    impossible = [({"project": "UP", "issuetype": bug}, 400), ({"project": "NO", "issuetype": bug, "summary": "x"}, 404)]
    for fields, status in impossible:
        try:
            client.create_issue(fields=fields)
        except JIRAError as error:
            expect(error.status_code == status, f"status {error.status_code}")
            expect(error.text, "text of the refusal")
        else:
            raise AssertionError("an impossible issue was created")
    try:
        JIRA(server=url, basic_auth=(user, "wrong"), max_retries=0).myself()
    except JIRAError as error:
        expect(error.status_code == 401, f"status {error.status_code}")
    else:
        raise AssertionError("a wrong password was accepted")


def main(url, dialect, user, secret):
    cloud = dialect == "cloud"
    client = JIRA(server=url, basic_auth=(user, secret), max_retries=0)
    info = client.server_info()
    expect(info["deploymentType"] == ("Cloud" if cloud else "Server"), "deployment type")
    expect(client.myself()["displayName"] == "Jane Doe", "myself")
    expect("summary" in {field["id"] for field in client.fields()}, "fields")
    key = issue_life(client, cloud)
    comments(client, key)
    attachments(client, key)
    workflow(client, key)
    links(client, key)
    refusals(client, url, user)
    client.issue(key).delete()
    expect(search(client, cloud, "project = UP") == [], "nothing is left")


if __name__ == "__main__":
    main(*sys.argv[1:])
