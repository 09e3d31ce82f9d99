//! One suite that every engine passes, through HTTP, against its real server.

mod copies;
pub mod engine;
mod faults;
pub mod mongodb;
pub mod mysql;
pub mod postgres;
mod sqlite;
pub mod suite;

/// The suite for one engine: each test of [`suite`] under the engine's name. Files have no server
/// to be asked, refused or silent, so they take no part in the tests of those.
macro_rules! behaves {
    (servers { $($server:ident = $of:expr;)* } files { $($file:ident = $engine:expr;)* }) => {
        $(behaves!(@module $server, $of;
                a_wrong_password_is_told_at_the_stage_of_the_login
                a_login_without_its_password_is_told_that_none_was_given
                the_server_says_itself_which_engine_it_is
                another_servers_port_is_told_with_who_answers_there
                a_password_is_kept_for_its_own_server_alone
                nothing_that_listens_is_told_as_refused
                a_server_that_says_nothing_is_given_up_in_time
                a_caller_who_hangs_up_ends_the_attempt
                a_name_that_nobody_knows_is_told
                a_connect_in_the_middle_of_a_reading_has_the_last_word
                a_copy_whose_wire_is_cut_anywhere_is_the_old_one_or_the_new_one_whole
                changes_whose_wire_is_cut_anywhere_are_all_there_in_the_end
                a_source_that_is_cut_off_while_it_is_opened_is_tried_again
        );)*
        $(behaves!(@module $file, $engine;);)*
    };
    (@module $module:ident, $engine:expr; $($more:ident)*) => {
        mod $module {
            use super::*;

            behaves!(@tests $engine;
                it_connects_by_its_fields_and_lists_its_tables
                it_connects_by_its_url
                the_same_name_again_updates_the_source_and_keeps_every_id
                rows_are_counted_exactly_when_that_is_asked_for
                a_test_passes_every_stage_and_keeps_nothing
                a_source_that_is_kept_is_tested_by_its_id
                the_schema_is_read_once_and_answered_from_what_was_kept
                a_refresh_sees_what_changed
                a_refresh_reads_as_many_parts_as_it_said
                a_renamed_table_keeps_its_id_and_says_so
                a_source_that_is_down_answers_from_what_was_kept_and_says_so
                a_deleted_table_is_gone_until_the_source_is_connected_again
                tables_are_chosen_and_ignored
                a_schema_is_inferred_without_keeping_anything
                the_command_line_reads_the_same_and_keeps_nothing
                its_tables_are_copied_whole_and_then_by_what_changed
                rows_that_are_gone_leave_the_copy_where_that_is_asked_for
                its_rows_are_looked_at_at_the_source_and_in_the_copy
                it_answers_a_statement_that_reads_and_no_other
                a_database_that_is_not_there_is_told
                a_connect_that_fails_keeps_nothing
                a_copy_whose_program_is_killed_anywhere_is_the_old_one_or_the_new_one_whole
                $($more)*
            );
        }
    };
    (@tests $engine:expr; $($test:ident)*) => {
        $(#[actix_web::test]
        async fn $test() {
            if let Some(engine) = $engine {
                suite::$test(&engine).await;
            }
        })*
    };
}

behaves! {
    servers {
    postgresql = postgres::Postgres::chosen();
    mysql_server = mysql::MySql::chosen("mysql");
    mariadb_server = mysql::MySql::chosen("mariadb");
    mongodb_server = mongodb::MongoDb::chosen();
    }
    files {
    sqlite_file = sqlite::Sqlite::chosen();
    }
}
