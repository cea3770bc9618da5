//! What the whole hub must do alike on every set of engines: a house, step by step on a manual
//! clock.

mod among_staff;
mod backup;
mod by_hand;
mod checks;
mod dead_letters;
mod erasure;
mod handouts;
mod hours;
pub mod late;
mod master;
mod older_store;
mod onboarding;
mod overtaken;
mod pace;
mod redrive;
mod reports;
mod retention;
mod search;
mod staff;
mod statements;
mod succession;
mod suspension;
mod traces;
mod unions;
mod unplanned;
mod unread;
mod watches;
mod wishes;

use std::time::Duration;

use anyhow::{Result, bail};

pub use among_staff::*;
pub use backup::a_backup_in_the_midst_goes_on_elsewhere;
pub use by_hand::*;
pub use checks::*;
pub use dead_letters::*;
pub use erasure::*;
pub use handouts::*;
pub use hours::*;
pub use master::*;
pub use older_store::*;
pub use onboarding::*;
pub use overtaken::*;
pub use pace::*;
pub use redrive::*;
pub use reports::*;
pub use retention::*;
pub use search::*;
pub use staff::*;
pub use statements::*;
pub use succession::*;
pub use suspension::*;
pub use traces::*;
pub use unions::*;
pub use unplanned::*;
pub use unread::*;
pub use watches::*;
pub use wishes::*;

use crate::house::House;

/// Makes a test of every scenario; `$build` gives a [`crate::house::Builder`] on fresh engines.
#[macro_export]
macro_rules! hub_contract {
    ($build:path) => {
        $crate::hub_contract! { $build:
            a_withdrawal_waits_for_the_try_under_way
            a_withdrawal_of_what_was_not_taken_goes_nowhere
            a_withdrawal_follows_a_courier_that_vanished
            upkeep_lets_go_what_a_recorder_left_held

            an_acknowledgement_during_a_try_loses_no_try
            an_arrival_after_the_lease_counts

            a_lane_keeps_its_pace_and_no_other_feels_it
            a_new_process_keeps_the_pace
            a_lane_has_limits_of_its_own

            who_is_held_by_hand_goes_when_let_go
            what_was_given_by_hand_is_delivered

            what_is_erased_is_gone_and_still_proves_itself
            an_operator_is_erased_but_for_what_is_not_finished
            who_has_filed_since_keeps_its_address
            a_broken_volume_keeps_no_other_object
            contents_and_addresses_go_when_their_time_is_over

            a_check_goes_the_real_way_over_every_channel
            a_check_fails_though_the_look_says_ok
            a_check_that_takes_too_long_is_given_up
            a_check_that_waits_hides_no_other
            a_test_counts_nowhere
            tests_are_purged_and_filings_never
            the_schedule_checks_one_way_after_another

            what_is_said_of_a_stage_is_on_record
            stages_are_told_once_and_step_by_step

            a_redrive_keeps_its_pace_and_ends_half_way
            a_large_redrive_needs_two_people
            what_is_not_as_it_was_is_passed_over
            two_processes_and_a_restart_start_each_once
            a_preview_is_of_what_was_chosen
            old_redrives_are_forgotten_with_what_was_in_them

            an_authority_becomes_ready_on_the_day_that_it_names
            a_kind_is_held_until_it_is_taken_and_no_longer
            of_two_who_change_the_master_one_is_told
            a_dry_run_tells_which_filings_would_go_otherwise
            channels_change_when_a_second_person_approves
            filings_go_to_a_union_from_its_first_day_to_its_last
            a_table_has_so_many_days_and_no_more

            a_month_is_counted_once_whoever_counts
            late_answers_are_counted_with_their_month
            what_failed_and_arrived_is_told_once
            a_day_is_stated_and_answered

            a_statement_lies_in_the_folder_once
            a_statement_outlasts_a_server_that_is_away
            a_statement_goes_by_mail_where_there_is_nothing_else
            an_answer_comes_back_over_sftp
            a_broken_answer_is_told_beside_it
            one_file_is_one_answer_whoever_finds_it

            what_is_handed_out_begins_with_the_day_of_the_choice
            a_setting_asks_from_its_first_start_on
            who_wants_none_any_more_gets_none
            what_failed_is_watched_and_goes_again_once
            a_failure_is_watched_for_so_many_days

            a_lane_is_suspended_after_days_and_an_alert
            a_look_finds_out_that_a_lane_is_back
            staff_ends_a_suspension
            the_next_channel_takes_over_from_a_suspended_lane

            what_the_store_does_not_know_is_parked
            a_turn_from_the_future_hides_none_of_the_present

            what_no_queue_takes_is_a_dead_letter
            what_the_broker_gave_up_is_a_dead_letter
            one_bad_message_among_many_costs_only_itself

            a_filing_grows_old

            opening_is_proof_once
            of_two_answers_at_once_one_counts
            what_staff_say_reaches_no_operator

            what_lies_unread_is_told_step_by_step
            who_has_no_address_is_passed_over
            a_reminder_outlasts_a_relay_and_a_process
            a_storm_of_the_unread_is_one_mail

            a_storm_of_lanes_is_one_alert
            clocks_that_differ_tell_nothing_twice
            an_alert_outlasts_a_relay_and_a_process
            a_look_that_succeeds_while_deliveries_fail_is_told

            a_filing_is_one_trace_from_its_caller_to_its_authority
            a_request_without_a_trace_begins_one
            what_is_tried_again_stays_in_its_trace

            the_national_view_tells_what_an_hour_saw

            a_filing_is_found_by_the_names_and_numbers_in_it
            filings_of_builds_before_are_found_too

            who_filed_to_nobody_is_told
            a_fault_of_the_hub_is_told_to_its_staff
        }
    };
    ($build:path: $($name:ident)*) => { $(
        #[tokio::test]
        async fn $name() -> anyhow::Result<()> {
            $crate::contracts::hub::$name($build().await?).await
        }
    )* };
}

pub(crate) const SAPPORO: &str = "011002";
pub(crate) const OTARU: &str = "012033";

/// Looks again and again: what a broker outside the process has on its way comes when it comes.
pub(crate) async fn until(mut is_so: impl AsyncFnMut() -> Result<bool>) -> Result<()> {
    for _ in 0..2_000 {
        if is_so().await? {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    bail!("it did not come in ten seconds")
}

/// The filing's deliveries are planned, and their messages are with the broker.
pub(crate) async fn plan(house: &mut House, deliveries: usize) -> Result<()> {
    until(async || {
        house.stages.route().await?;
        let counts = house.ctx.store.count_deliveries().await?;
        Ok(counts.iter().map(|count| count.count).sum::<i64>() >= i64::try_from(deliveries)?)
    })
    .await
}
