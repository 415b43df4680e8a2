//! What is told of a measurement.

use std::time::Duration;

use serde_json::{Map, Value};

/// Rows of a part: a name and its figures.
pub struct Report {
    part: &'static str,
    rows: Vec<(String, Vec<(&'static str, f64)>)>,
}

impl Report {
    pub fn of(part: &'static str) -> Self {
        Self { part, rows: Vec::new() }
    }

    pub fn row(&mut self, name: impl Into<String>, figures: Vec<(&'static str, f64)>) {
        self.rows.push((name.into(), figures));
    }

    /// Prints the table, and the same as one line of JSON.
    pub fn print(&self) {
        println!("\n{}", self.part);
        for (name, figures) in &self.rows {
            let figures: Vec<String> = figures.iter().map(|(what, value)| format!("{what} {}", short(*value))).collect();
            println!("  {name:<44} {}", figures.join("  "));
        }
        let rows: Map<String, Value> = self
            .rows
            .iter()
            .map(|(name, figures)| {
                let figures: Map<String, Value> =
                    figures.iter().map(|(what, value)| ((*what).to_owned(), Value::from(*value))).collect();
                (name.clone(), Value::Object(figures))
            })
            .collect();
        println!("{}", serde_json::json!({ "part": self.part, "figures": rows }));
    }
}

fn short(value: f64) -> String {
    if value >= 100.0 || value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// Median, p95, p99 and maximum in milliseconds.
pub fn latencies(mut all: Vec<Duration>) -> Vec<(&'static str, f64)> {
    all.sort_unstable();
    let at =
        |share: usize| all.get((all.len().saturating_sub(1)) * share / 100).copied().unwrap_or_default().as_secs_f64() * 1e3;
    vec![("p50 ms", at(50)), ("p95 ms", at(95)), ("p99 ms", at(99)), ("max ms", at(100))]
}
