//! `headwater token …`.

use clap::{Args, Subcommand};
use jiff::Timestamp;
use secrecy::ExposeSecret;

use super::context::Context;
use super::output::{print, print_table, tell};
use crate::model::TokenId;
use crate::model::user::TokenInfo;
use crate::services::accounts::{Authority, Lifetime, NewToken, UserName};

/// The arguments of `token`.
#[derive(Debug, Args)]
pub(super) struct TokenArgs {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Create a token; prints the token and nothing else
    Create {
        #[command(flatten)]
        user: TokenUser,
        /// How long it lives, such as 30m, 12h, 90d, 52w, or never
        #[arg(long, value_name = "TIME", default_value = "90d", value_parser = parse_lifetime)]
        ttl: Lifetime,
        /// What to call it in lists
        #[arg(long, default_value = "")]
        name: String,
    },
    /// List a user's tokens (never the tokens themselves)
    List(TokenUser),
    /// Revoke a token
    Revoke {
        /// The token's id, as the list shows it
        #[arg(value_name = "JTI", value_parser = TokenId::parse)]
        id: TokenId,
    },
}

#[derive(Debug, Args)]
struct TokenUser {
    /// The user's name
    #[arg(long, value_name = "NAME")]
    user: String,
    /// The user's organization
    #[arg(long, value_name = "ORG")]
    organization: String,
}

impl From<TokenUser> for UserName {
    fn from(user: TokenUser) -> Self {
        Self {
            name: user.user,
            organization: user.organization,
        }
    }
}

pub(super) fn run(context: &Context, args: TokenArgs) -> anyhow::Result<()> {
    let accounts = context.accounts();
    match args.command {
        TokenCommand::Create { user, ttl, name } => {
            let new = NewToken {
                name,
                lifetime: ttl,
            };
            let issued = context.wait(accounts.issue_token_for(&user.into(), new))?;
            print(issued.token.expose_secret())
        }
        TokenCommand::List(user) => {
            let tokens = context.wait(accounts.list_tokens_for(&user.into()))?;
            let rows: Vec<_> = tokens.into_iter().map(row).collect();
            print_table(
                ["JTI", "NAME", "KIND", "STATE", "CREATED", "EXPIRES"],
                &rows,
            )
        }
        TokenCommand::Revoke { id } => {
            context.wait(accounts.revoke_token(&Authority::Operator, &id))?;
            tell(&format!("Revoked {id}."));
            Ok(())
        }
    }
}

fn row(token: TokenInfo) -> [String; 6] {
    let ended = token.expires_at.is_some_and(|end| end <= Timestamp::now());
    let state = match (token.revoked_at, ended) {
        (Some(_), _) => "revoked",
        (None, true) => "expired",
        (None, false) => "live",
    };
    [
        token.id.to_string(),
        token.name,
        token.kind.as_str().to_owned(),
        state.to_owned(),
        token.created_at.to_string(),
        token
            .expires_at
            .map_or_else(|| "never".to_owned(), |end| end.to_string()),
    ]
}

/// A number with its unit, or `never`.
fn parse_lifetime(text: &str) -> Result<Lifetime, String> {
    if text == "never" {
        return Ok(Lifetime::Endless);
    }
    let parsed = text.char_indices().last().and_then(|(at, unit)| {
        let minutes = match unit {
            'm' => 1,
            'h' => 60,
            'd' => 24 * 60,
            'w' => 7 * 24 * 60,
            _ => return None,
        };
        let number: u64 = text.get(..at)?.parse().ok()?;
        number.checked_mul(minutes)
    });
    parsed.map(Lifetime::Minutes).ok_or_else(|| {
        "write a number and a unit, such as 30m, 12h, 90d or 52w, or never".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lifetime_is_a_number_with_a_unit_or_never() {
        for (text, expected) in [
            ("30m", Lifetime::Minutes(30)),
            ("12h", Lifetime::Minutes(720)),
            ("90d", Lifetime::Minutes(129_600)),
            ("1w", Lifetime::Minutes(10_080)),
            ("never", Lifetime::Endless),
        ] {
            assert_eq!(parse_lifetime(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "d",
            "90",
            "-1d",
            "1.5h",
            "9ö",
            "99999999999999999999d",
            "18446744073709551615d",
        ] {
            assert!(parse_lifetime(text).is_err(), "{text}");
        }
    }
}
