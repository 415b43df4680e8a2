//! The status of a Jira issue is changed by transitions, not by setting the field; and what a transition asks for is sent with it.

use reqwest::Method;
use serde_json::{Map, Value, json};

use super::{
    client::Client,
    convert::split,
    fields::{self, Body, Paths},
    workflow::{Place, Workflow},
};
use crate::{
    ids::IssueId,
    sync::{
        fault::{Fault, FaultKind},
        value::{is_unset, same_text, to_text},
    },
};

/// No issue is taken through more statuses than that.
const MOST_STEPS: usize = 8;

/// Takes issues through their workflows.
pub(super) struct Transitions {
    workflow: Workflow,
}

/// One way out of the status that an issue is in.
struct Transition {
    id: Value,
    name: String,
    to: String,
    to_id: String,
    /// It may lead to where the issue is already.
    may_lead_back: bool,
    /// What its screen has, by id.
    screen: Map<String, Value>,
}

/// One issue on its way.
struct Way<'a> {
    client: &'a Client,
    issue: &'a IssueId,
    wanted: String,
    /// The status as rules call it.
    status: String,
    paths: &'a Paths,
    /// Fields that go with a transition.
    aside: Map<String, Value>,
}

impl Transitions {
    /// `via` are the statuses that an issue may pass through on its way to another one.
    pub(super) fn new(via: Vec<String>) -> Self {
        Self { workflow: Workflow::new(via) }
    }

    /// Sets the fields and the status. Fields that a transition asks for, or that only its screen has, are sent with it.
    pub(super) async fn carry_out(&self, client: &Client, issue: &IssueId, body: Body) -> Result<(), Fault> {
        let Body { fields: values, status: Some((path, wanted)), paths, .. } = body else {
            return Err(Fault::bug("a transition without a status"));
        };
        let (wanted, status) = (to_text(&wanted, ", "), split(&path).0.to_owned());
        let mut way = Way { client, issue, wanted, status, paths: &paths, aside: Map::new() };
        let mut open = way.open().await?;
        let direct = open.iter().position(|transition| transition.leads_to(&way.wanted));
        let mut place = None;
        if direct.and_then(|at| open.get(at)).is_none_or(|transition| transition.may_lead_back) {
            let here = way.place().await?;
            if here.is(&way.wanted) {
                return fields::put(client, issue, &values, &paths).await;
            }
            place = Some(here);
        }
        let Some(first) = direct.or_else(|| self.next(place.as_ref(), &open, &way.wanted, &[])) else {
            return Err(way.no_way(&open));
        };
        let first = open.swap_remove(first);
        way.put_what_needs_no_transition(values, &first, direct.is_some()).await?;
        way.take(&first).await?;
        if let (None, Some(start)) = (direct, &place) {
            self.walk_on(&mut way, start, first.to).await?;
        }
        way.put_what_is_left().await
    }

    /// Takes one step after the other until the issue is there.
    async fn walk_on(&self, way: &mut Way<'_>, start: &Place, first: String) -> Result<(), Fault> {
        let mut passed = vec![start.status().to_owned(), first];
        while let Some(here) = passed.last().cloned() {
            let step = self.step(way, &start.at(&here), &passed).await;
            let stands = format!("on the way to \"{}\", the issue stands in \"{here}\" now", way.wanted);
            match step.map_err(|fault| fault.while_doing(stands))? {
                Some(reached) => passed.push(reached),
                None => return Ok(()),
            }
        }
        Ok(())
    }

    /// One step; the status that was reached, unless it is the wanted one.
    async fn step(&self, way: &mut Way<'_>, here: &Place, passed: &[String]) -> Result<Option<String>, Fault> {
        let open = way.open().await?;
        if let Some(last) = open.iter().find(|transition| transition.leads_to(&way.wanted)) {
            way.ask_for_what_is_missing(last).await?;
            return way.take(last).await.map(|()| None);
        }
        let next = self.next(Some(here), &open, &way.wanted, passed).and_then(|at| open.get(at));
        match next.filter(|_| passed.len() < MOST_STEPS) {
            Some(next) => {
                way.ask_for_what_is_missing(next).await?;
                way.take(next).await.map(|()| Some(next.to.clone()))
            }
            None => Err(way.no_way(&open)),
        }
    }

    /// The transition to take where none leads to the wanted status: towards it, through statuses that may be passed.
    fn next(&self, place: Option<&Place>, open: &[Transition], wanted: &str, passed: &[String]) -> Option<usize> {
        let place = place?;
        let targets = open.iter().map(|transition| (transition.to.clone(), transition.to_id.clone())).collect();
        self.workflow.learn(place, targets);
        self.workflow
            .next(place, wanted, passed)
            .and_then(|status| open.iter().position(|transition| same_text(&transition.to, &status)))
    }
}

impl Transition {
    fn of(told: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        // Data Center does not say.
        let may_lead_back = told["isGlobal"] != Value::Bool(false) || told["isLooped"] != Value::Bool(false);
        Some(Self {
            id: told.get("id")?.clone(),
            name: text(&told["name"]),
            to: text(&told["to"]["name"]),
            to_id: text(&told["to"]["id"]),
            may_lead_back,
            screen: told["fields"].as_object().cloned().unwrap_or_default(),
        })
    }

    fn leads_to(&self, wanted: &str) -> bool {
        same_text(&self.to, wanted) || self.to_id == wanted
    }

    fn asks_for(&self, field: &str) -> bool {
        self.screen.get(field).is_some_and(|field| field["required"] == true)
    }
}

impl Way<'_> {
    fn url(&self) -> String {
        format!("rest/api/2/issue/{}/transitions", self.issue)
    }

    /// The ways out of the status that the issue is in: Jira tells no others.
    async fn open(&self) -> Result<Vec<Transition>, Fault> {
        let Some(told) = self.client.get(&self.url(), &[("expand", "transitions.fields")]).await? else {
            return Err(Fault::transient(format!("issue {} went away while its status was to be set", self.issue)));
        };
        Ok(told["transitions"].as_array().map_or(&[] as &[Value], Vec::as_slice).iter().filter_map(Transition::of).collect())
    }

    async fn place(&self) -> Result<Place, Fault> {
        let query = [("fields", "status,project,issuetype")];
        let issue = self.client.get(&format!("rest/api/2/issue/{}", self.issue), &query).await?.unwrap_or_default();
        Ok(Place::of(&issue["fields"]))
    }

    /// The transition's fields wait for it; all others are set at once.
    async fn put_what_needs_no_transition(
        &mut self,
        mut values: Map<String, Value>,
        transition: &Transition,
        is_last: bool,
    ) -> Result<(), Fault> {
        let waits = |field: &String| field == "resolution" || transition.asks_for(field);
        self.put_aside(&mut values, waits);
        self.ask_for_what_is_missing(transition).await?;
        let Err(fault) = fields::put(self.client, self.issue, &values, self.paths).await else { return Ok(()) };
        // What is on no edit screen may be on that of a transition.
        let may_be_later = |field: &String| !is_last || transition.screen.contains_key(field);
        let off_screen: Vec<String> =
            values.keys().filter(|field| self.paths.hold(field, &fault.fields) && may_be_later(field)).cloned().collect();
        if fault.kind != FaultKind::Refused || off_screen.is_empty() || !fault.message.contains("cannot be set") {
            return Err(fault);
        }
        self.put_aside(&mut values, |field| off_screen.contains(field));
        fields::put(self.client, self.issue, &values, self.paths).await
    }

    fn put_aside(&mut self, values: &mut Map<String, Value>, waits: impl Fn(&String) -> bool) {
        let (aside, rest) = std::mem::take(values).into_iter().partition(|(field, _): &(String, Value)| waits(field));
        let aside: Map<String, Value> = aside;
        self.aside.extend(aside);
        *values = rest;
    }

    async fn take(&mut self, transition: &Transition) -> Result<(), Fault> {
        let (with, rest): (Map<String, Value>, Map<String, Value>) =
            std::mem::take(&mut self.aside).into_iter().partition(|(field, _)| transition.screen.contains_key(field));
        self.aside = rest;
        let mut body = json!({ "transition": { "id": transition.id } });
        if !with.is_empty() {
            body["fields"] = Value::Object(with);
        }
        let sent = self.client.send(Method::POST, &self.url(), &body).await;
        sent.map(|_| ()).map_err(|fault| self.of_the_status(self.paths.in_words_of_the_rules(fault)))
    }

    /// Jira keeps what an issue has of the fields that a transition asks for; what it has not must come with the request.
    async fn ask_for_what_is_missing(&self, transition: &Transition) -> Result<(), Fault> {
        let has_default = |field: &Value| field["hasDefaultValue"] == true;
        let asked: Vec<(&String, &Value)> = transition
            .screen
            .iter()
            .filter(|(id, field)| transition.asks_for(id) && !has_default(field) && !self.aside.contains_key(*id))
            .collect();
        if asked.is_empty() {
            return Ok(());
        }
        let ids = asked.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>().join(",");
        let url = format!("rest/api/2/issue/{}", self.issue);
        let issue = self.client.get(&url, &[("fields", ids.as_str())]).await?.unwrap_or_default();
        let missing: Vec<String> = asked
            .into_iter()
            .filter(|(id, _)| is_unset(&issue["fields"][id.as_str()]))
            .map(|(id, field)| field["name"].as_str().unwrap_or(id).to_owned())
            .collect();
        if missing.is_empty() {
            return Ok(());
        }
        let missing = missing.join(", ");
        let message = format!("the transition \"{}\" to \"{}\" asks for {missing}", transition.name, transition.to);
        Err(self.of_the_status(Fault::refused(message).hint(format!("have a rule set {missing}, too"))))
    }

    /// What no transition took: Jira says why it cannot be set.
    async fn put_what_is_left(&self) -> Result<(), Fault> {
        fields::put(self.client, self.issue, &self.aside, self.paths).await
    }

    fn no_way(&self, open: &[Transition]) -> Fault {
        let told =
            open.iter().map(|transition| transition.to.as_str()).filter(|to| !to.is_empty()).collect::<Vec<_>>().join(", ");
        let fault = Fault::refused(format!("no transition leads to status \"{}\" from here", self.wanted));
        let hint = if told.is_empty() {
            "Jira offers none at all: may our account make transitions of this issue?".to_owned()
        } else {
            format!("possible now: {told}")
        };
        self.of_the_status(fault.hint(hint))
    }

    /// A refusal that concerns the status, whatever else it names.
    fn of_the_status(&self, mut fault: Fault) -> Fault {
        if fault.kind == FaultKind::Refused && !fault.fields.contains(&self.status) {
            fault.fields.push(self.status.clone());
        }
        fault
    }
}
