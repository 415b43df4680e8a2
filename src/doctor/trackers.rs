//! Each tracker: its address, our account, its schema, and the webhook by which a Jira tells us of changes.

use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};

use super::{Standing, Trial};
use crate::{
    app,
    config::{
        Config,
        partner::{PartnerConfig, PfiffConfig},
        tracker::{TrackerConfig, TrackerKind},
    },
    ids::TrackerName,
    preflight::{Answer, Asked},
    sync::{fault::Fault, schema::Schema},
    trackers::{
        jira::webhooks::{Denied, Found, Wanted},
        pfiff::folders::{self, Probe},
        reach::{Reached, reach},
    },
};

/// A difference of clocks that signatures and times of changes bear; five minutes is the limit of signatures.
const CLOCKS: SignedDuration = SignedDuration::from_mins(1);

/// All trials of all trackers, which are asked at the same time.
pub(super) async fn trials(config: &Config, asked: &Asked) -> Result<Vec<Trial>, Fault> {
    let of_one = config.trackers.iter().map(|(name, tracker)| async move {
        let mut trials = vec![address(name, tracker).await];
        if let (Some(answer), true) = (asked.get(name), trials[0].standing != Standing::Away) {
            trials.extend(account_and_schema(name, answer, "username and password (or token)"));
            if tracker.kind == TrackerKind::Jira && answer.account.is_ok() {
                trials.push(webhook(name, tracker).await?);
            }
        }
        Ok(trials)
    });
    let all: Result<Vec<Vec<Trial>>, Fault> = join_all(of_one).await.into_iter().collect();
    let of_partners = join_all(config.partners.iter().map(|(name, partner)| partner_trials(name, partner, asked))).await;
    Ok(all?.into_iter().chain(of_partners).flatten().collect())
}

async fn partner_trials(name: &TrackerName, partner: &PartnerConfig, asked: &Asked) -> Vec<Trial> {
    match partner {
        PartnerConfig::Kpm(_) => {
            asked.get(name).map(|answer| account_and_schema(name, answer, "certificate and key")).unwrap_or_default()
        }
        PartnerConfig::Pfiff(pfiff) => folder_trials(name, pfiff).await,
    }
}

/// The folders of the OFTP server.
async fn folder_trials(name: &TrackerName, pfiff: &PfiffConfig) -> Vec<Trial> {
    let subject = format!("tracker {name}: folders");
    let folders = match folders::connect(pfiff) {
        Ok(Some(folders)) => folders,
        Ok(None) => {
            let trial = Trial::new(subject, "the configuration", "`inbox`, `outbox` and `staging`");
            let to_do = "name them, or give archives by hand: trackersync sync --zip FILE";
            return vec![trial.bad(Standing::Warning, "none of them: nothing arrives by itself", to_do)];
        }
        Err(fault) => {
            let trial = Trial::new(subject, "the configuration", "folders that can be reached");
            return vec![trial.failed(fault, &format!("mend [trackers.{name}]"))];
        }
    };
    let tell = |probe: Probe| {
        let trial = Trial::new(subject.clone(), probe.tried, probe.expected);
        match probe.to_do {
            None => trial.good(probe.got),
            Some(to_do) => trial.bad(Standing::Wrong, probe.got, to_do),
        }
    };
    folders.probe().await.into_iter().map(tell).collect()
}

async fn address(name: &TrackerName, config: &TrackerConfig) -> Trial {
    let shown = without_credentials(config);
    let trial = Trial::new(format!("tracker {name}: address"), format!("GET {shown}"), "an answer, whatever it is");
    match reach(&config.url, config.timeout).await {
        Ok(reached) => judged(trial, &shown, config.url.scheme() == "https", &reached),
        Err(fault) => {
            trial.failed(fault, &format!("look at url in [trackers.{name}], at the network between, and at its certificate"))
        }
    }
}

fn judged(trial: Trial, shown: &str, secure: bool, reached: &Reached) -> Trial {
    let over = if secure { "TLS with a certificate that we trust" } else { "no TLS" };
    let Some(date) = reached.date else { return trial.good(format!("{shown} answers ({over})")) };
    let ahead = date.duration_since(Timestamp::now());
    if ahead.abs() <= CLOCKS {
        return trial.good(format!("{shown} answers ({over}; clocks agree)"));
    }
    let way = if ahead.is_positive() { "ahead of" } else { "behind" };
    let got = format!("an answer ({over}), and its clock is {} s {way} ours", ahead.abs().as_secs());
    trial.bad(Standing::Warning, got, "set both clocks by NTP: signed deliveries are refused from five minutes on")
}

fn without_credentials(config: &TrackerConfig) -> String {
    let mut url = config.url.clone();
    // A URL that can have neither has none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_query(None);
    url.to_string()
}

fn account_and_schema(name: &TrackerName, answer: &Answer, login: &str) -> Vec<Trial> {
    let trial = Trial::new(format!("tracker {name}: account"), "asking who we are", "the name of our account");
    let account = match &answer.account {
        Ok(account) => trial.good(format!("it knows us as {account}")),
        Err(fault) => trial.failed(fault.clone(), &format!("look at {login} in [trackers.{name}]")),
    };
    let trial = Trial::new(format!("tracker {name}: schema"), "asking for its attributes", "a list of them");
    let schema = answer.schema.as_ref().map(|schema| match schema {
        Ok(schema) => trial.good(words_of_schema(schema)),
        Err(fault) => trial.failed(fault.clone(), "let our account read it; without it, rules are not checked against it"),
    });
    [Some(account), schema].into_iter().flatten().collect()
}

fn words_of_schema(schema: &Schema) -> String {
    let attributes = schema.classes.get(&schema.issue_class).map_or(0, |class| class.fields.len());
    format!("{} classes; issues have {attributes} attributes", schema.classes.len())
}

/// What an administrator's account sees; any other is not told, which is as good.
async fn webhook(name: &TrackerName, config: &TrackerConfig) -> Result<Trial, Fault> {
    let trial = Trial::new(format!("tracker {name}: webhook"), "asking for its webhooks", "one of ours, as wanted");
    let install = format!("trackersync jira webhook install {name} --url https://…");
    Ok(match app::connect_webhooks(name, config)?.list(&Wanted::new(name, None)).await {
        Ok(found) => match found.as_slice() {
            [] => trial.bad(
                Standing::Warning,
                format!("no webhook \"{}\"; one of another name may be there", Wanted::new(name, None).name),
                format!("make it by `{install}`, or look in Jira: Settings, System, WebHooks"),
            ),
            [one] if one.differences.is_empty() => trial.good(format!("\"{}\" to {}, as wanted", one.name, one.url)),
            all => trial.bad(Standing::Warning, differences(all), format!("`{install}` mends it")),
        },
        Err(Denied::NotPermitted(_)) => trial.good("not told to our account, which is no administrator's"),
        Err(Denied::Fault(fault)) => trial.failed(fault, "try again"),
    })
}

fn differences(found: &[Found]) -> String {
    let all = found.iter().flat_map(|webhook| &webhook.differences).cloned().collect::<Vec<_>>();
    let several = (found.len() > 1).then(|| format!("{} webhooks, so that each change is told as often", found.len()));
    several.into_iter().chain(all).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_that_differ_are_told_with_the_way() {
        let told = |minutes: i64| {
            let date = Some(Timestamp::now() + SignedDuration::from_mins(minutes));
            let trial = judged(Trial::new("t", "GET", "an answer"), "http://t/", true, &Reached { date });
            (trial.standing, trial.got)
        };
        assert!(matches!(told(0), (Standing::Ok, got) if got.contains("TLS") && got.contains("clocks agree")));
        assert!(matches!(told(3), (Standing::Warning, got) if got.contains("ahead of ours")));
        assert!(matches!(told(-3), (Standing::Warning, got) if got.contains("behind ours")));
        let silent = judged(Trial::new("t", "GET", "an answer"), "http://t/", false, &Reached { date: None });
        assert!(silent.standing == Standing::Ok && silent.got.contains("no TLS"), "{silent:?}");
    }
}
