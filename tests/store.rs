//! The contract of the store, on both databases.

#[path = "store/journal.rs"]
mod journal;
#[path = "store/links.rs"]
mod links;
#[path = "store/marks.rs"]
mod marks;
#[path = "store/opening.rs"]
mod opening;
#[path = "store/packages.rs"]
mod packages;
#[path = "store/place.rs"]
mod place;
#[path = "store/writes.rs"]
mod writes;

/// Each case twice: SQLite in a file, and PostgreSQL.
macro_rules! on_both_databases {
    ($($case:path as $name:ident;)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let place = crate::place::Place::sqlite();
                $case(&place).await;
                place.remove().await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread")]
            async fn $name() {
                let place = crate::place::Place::postgres().await;
                $case(&place).await;
                place.remove().await;
            })*
        }
    };
}

on_both_databases! {
    crate::links::one_of_twenty_writers_wins as one_of_twenty_writers_wins;
    crate::links::a_link_comes_back_as_it_was_written as a_link_comes_back_as_it_was_written;
    crate::links::twenty_makers_make_one_link as twenty_makers_make_one_link;
    crate::links::a_local_issue_is_linked_once_in_a_sync as a_local_issue_is_linked_once_in_a_sync;
    crate::journal::an_intent_is_ours_once_and_then_done as an_intent_is_ours_once_and_then_done;
    crate::journal::one_of_twenty_runs_gets_the_intent as one_of_twenty_runs_gets_the_intent;
    crate::journal::only_its_own_run_surrenders_or_drops_an_intent as only_its_own_run_surrenders_or_drops_an_intent;
    crate::journal::the_audit_trail_tells_the_newest_first as the_audit_trail_tells_the_newest_first;
    crate::marks::a_mark_is_of_its_sync_and_the_last_one_counts as a_mark_is_of_its_sync_and_the_last_one_counts;
    crate::packages::an_annotation_waits_from_when_it_comes_whenever_it_was_written as an_annotation_waits_from_when_it_comes;
    crate::packages::what_is_written_after_another_call_was_cut_off_is_there_for_all as what_is_written_after_another_call_was_cut_off_is_there;
    crate::writes::writes_count_for_an_hour_and_creations_for_a_day as writes_count_for_an_hour_and_creations_for_a_day;
    crate::opening::five_openers_at_once_find_one_schema as five_openers_at_once_find_one_schema;
    crate::opening::opening_again_keeps_what_is_there as opening_again_keeps_what_is_there;
    crate::opening::what_is_committed_outlives_its_process as what_is_committed_is_there_for_the_next;
}
