//! `headwater user …`.

use clap::{Args, Subcommand};

use super::context::Context;
use super::output::{print_table, read_password, tell};
use crate::model::Role;
use crate::services::accounts::{Authority, ListedUser, NewUser, UserName};

/// The arguments of `user`.
#[derive(Debug, Args)]
pub(super) struct UserArgs {
    #[command(subcommand)]
    command: UserCommand,
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a user
    Add {
        #[command(flatten)]
        user: NamedUser,
        /// What the user may do in the organization's scope
        #[arg(long)]
        role: Role,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// List the users
    List {
        /// Of this organization alone
        #[arg(long, value_name = "ORG")]
        organization: Option<String>,
    },
    /// Set a user's password; ends the user's tokens
    SetPassword {
        #[command(flatten)]
        user: NamedUser,
        /// Read the password from standard input
        #[arg(long, required = true)]
        password_stdin: bool,
    },
    /// Refuse a user's logins from now on; ends the user's tokens
    Disable(NamedUser),
    /// Take a disabled user's logins again
    Enable(NamedUser),
}

#[derive(Debug, Args)]
struct NamedUser {
    /// The user's name
    name: String,
    /// The user's organization
    #[arg(long, value_name = "ORG")]
    organization: String,
}

impl From<NamedUser> for UserName {
    fn from(user: NamedUser) -> Self {
        Self {
            name: user.name,
            organization: user.organization,
        }
    }
}

pub(super) fn run(context: &Context, args: UserArgs) -> anyhow::Result<()> {
    let (accounts, by) = (context.accounts(), Authority::Operator);
    match args.command {
        UserCommand::Add { user, role, .. } => {
            let password = read_password()?;
            let new = NewUser {
                user: user.into(),
                role,
                password,
            };
            let user = context.wait(accounts.add_user(&by, new))?;
            let role = user.role.as_str();
            tell(&format!(
                "Added {} to {} as {role}.",
                user.name, user.organization
            ));
        }
        UserCommand::List { organization } => {
            let users = context.wait(accounts.list_users(&by, organization.as_deref()))?;
            let rows: Vec<_> = users
                .into_iter()
                .map(|ListedUser { user, .. }| {
                    let state = if user.disabled { "disabled" } else { "enabled" };
                    [
                        user.name,
                        user.organization,
                        user.role.as_str().to_owned(),
                        state.to_owned(),
                        user.created_at.to_string(),
                    ]
                })
                .collect();
            print_table(["NAME", "ORGANIZATION", "ROLE", "STATE", "ADDED"], &rows)?;
        }
        UserCommand::SetPassword { user, .. } => {
            let password = read_password()?;
            let user = context.wait(accounts.set_password(&by, &user.into(), password))?;
            tell(&format!(
                "Set the password of {} in {}, and ended all tokens made before.",
                user.name, user.organization
            ));
        }
        UserCommand::Disable(user) => {
            let user = context.wait(accounts.set_disabled(&by, &user.into(), true))?;
            tell(&format!("Disabled {} in {}.", user.name, user.organization));
        }
        UserCommand::Enable(user) => {
            let user = context.wait(accounts.set_disabled(&by, &user.into(), false))?;
            tell(&format!("Enabled {} in {}.", user.name, user.organization));
        }
    }
    Ok(())
}
