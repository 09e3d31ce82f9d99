//! The application: settings in, a running server out. The only place that puts the floors together.

mod demo;
mod greeting;

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use actix_web::middleware::from_fn;
use actix_web::web::Data;
use actix_web::{App, HttpServer};
use anyhow::Context as _;
use tokio::signal::unix::{SignalKind, signal};

use crate::auth::token::TokenKeys;
use crate::config::{PasswordSource, Settings};
use crate::connectors::Context;
use crate::connectors::dial::{Dialer, HostRules};
use crate::connectors::files::UPLOADS;
use crate::folder_lock::FolderLock;
use crate::http::{self, EndpointInfo, ServedHosts, State};
use crate::local::Local;
use crate::private_file;
use crate::services::accounts::Accounts;
use crate::services::backup::{Backups, Places};
use crate::services::jobs::Jobs;
use crate::services::operators::Operators;
use crate::services::projects::Projects;
use crate::services::query::Queries;
use crate::services::readings::Readings;
use crate::services::setup::open_vault;
use crate::services::sources::Sources;
use crate::services::status::{Installation, Setting};
use crate::services::sync::Syncs;
use crate::services::workspace_transfer::{Uploads, WorkspaceTransfers};
use crate::services::workspaces::Workspaces;
use crate::store::{Store, StoreError};

/// How long a running request may take to end once the server is told to stop.
const DRAIN_SECONDS: u64 = 25;
/// How long jobs and backups may take to come to a halt.
const JOBS_PATIENCE: Duration = Duration::from_secs(5);
/// How long a request's head may take to arrive.
const HEAD_PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may stay open between two requests.
const KEEP_ALIVE: Duration = Duration::from_secs(75);
/// The most threads that answer requests. Each costs memory when idle, and what they do is short.
const WORKERS: usize = 4;

/// Serves until it is told to stop.
pub fn serve(settings: Settings) -> anyhow::Result<()> {
    actix_web::rt::System::new().block_on(Application::build(settings)?.run_until_stopped())
}

/// A server that has its address and is not running yet.
pub struct Application {
    settings: Settings,
    listener: TcpListener,
    address: SocketAddr,
    store: Store,
    accounts: Accounts,
    /// Held as long as it serves.
    lock: FolderLock,
}

impl Application {
    /// Opens the data folder and takes the address.
    pub fn build(settings: Settings) -> anyhow::Result<Self> {
        crate::connectors::tls::install_provider();
        private_file::make_folder(&settings.data_dir).map_err(|cause| StoreError::Folder {
            path: settings.data_dir.clone(),
            cause,
        })?;
        let lock = FolderLock::take(&settings.data_dir)?;
        let store = Store::open(&settings.data_dir)?;
        private_file::make_folder(&settings.files_dir).with_context(|| {
            format!("the folder {} cannot be made", settings.files_dir.display())
        })?;
        let listener = TcpListener::bind(settings.listen).with_context(|| {
            format!(
                "{} cannot be listened on; choose another address with --listen",
                settings.listen
            )
        })?;
        let address = listener.local_addr()?;
        let accounts = Accounts::new(store.clone(), TokenKeys::load(&settings.data_dir)?);
        Ok(Self {
            settings,
            listener,
            address,
            store,
            accounts,
            lock,
        })
    }

    /// Serves until a signal tells it to stop.
    pub async fn run_until_stopped(self) -> anyhow::Result<()> {
        let Self {
            settings,
            listener,
            address,
            store,
            accounts,
            lock,
        } = self;
        let vault = open_vault(&store, &settings.secret_key).await?;
        let context = Context {
            dialer: Dialer::new(
                HostRules::new(settings.source_hosts.clone()),
                settings.allow_unix_sockets,
            ),
            files_root: settings.files_dir.clone(),
        };
        let local = Local::new(&settings.data_dir);
        let jobs = Jobs::new(store.clone()).await?;
        let sources = Sources::new(store.clone(), vault.clone(), context, local.clone());
        let syncs = Syncs::new(
            store.clone(),
            sources.clone(),
            local.clone(),
            jobs.clone(),
            http::render_schema,
        );
        let readings = Readings::new(sources.clone(), jobs.clone(), http::render_schema);
        let workspace_transfers = WorkspaceTransfers::new(
            store.clone(),
            local.clone(),
            vault.clone(),
            accounts.passwords().clone(),
            http::render_schema,
            &settings.data_dir,
            Uploads {
                folder: settings.files_dir.join(UPLOADS),
                file_limit: settings.upload_limit,
                workspace_limit: settings.workspace_uploads_limit,
            },
        );
        let places = Places {
            data_dir: settings.data_dir.clone(),
            files_dir: settings.files_dir.clone(),
            backup_dir: settings.backup_dir.clone(),
            secret_key: settings.secret_key.clone(),
        };
        let backups = Backups::new(places.clone(), settings.backup_schedule);
        let left = workspace_transfers.clone();
        tokio::task::spawn_blocking(move || left.clear()).await??;
        let demo = demo::prepare(&settings, &accounts, &sources).await?;
        let first_start = accounts.first_start(settings.first_admin()?).await?;
        let endpoints = http::endpoints();
        let state = Data::new(State {
            accounts,
            operators: Operators::new(store.clone(), settings.operator_organization.clone()),
            backups: backups.clone(),
            installation: Installation::new(
                store.clone(),
                vault.clone(),
                backups.clone(),
                places,
                Setting {
                    address,
                    any_source_host: settings.source_hosts.is_empty(),
                    password_in_settings: (settings.admin.as_ref())
                        .is_some_and(|admin| matches!(admin.password, PasswordSource::Text(_))),
                },
            ),
            queries: Queries::new(store.clone(), sources.clone(), local.clone()),
            projects: Projects::new(store.clone()),
            workspace_transfers,
            workspaces: Workspaces::new(store, local, &settings.files_dir),
            syncs,
            readings,
            jobs: jobs.clone(),
            sources,
            upload_limit: settings.upload_limit,
            workspace_uploads_limit: settings.workspace_uploads_limit,
            import_limit: settings.import_limit,
            hosts: ServedHosts::new(address, &settings.allowed_hosts),
            openapi: http::openapi::document(&endpoints).to_string().into(),
            endpoints: endpoints.iter().map(EndpointInfo::from).collect(),
        });
        let workers = std::thread::available_parallelism()
            .map_or(1, usize::from)
            .min(WORKERS);
        let app = move || {
            App::new()
                .app_data(state.clone())
                .wrap(from_fn(http::outer))
                .configure(http::configure)
        };
        let server = HttpServer::new(app)
            .workers(workers)
            .client_request_timeout(HEAD_PATIENCE)
            .keep_alive(KEEP_ALIVE)
            // A caller who hangs up ends what was begun for them; half-closed ones count as gone.
            .h1_allow_half_closed(false)
            .shutdown_timeout(DRAIN_SECONDS)
            // Ours are heard from before the address is printed; actix's only some time after.
            .disable_signals()
            .listen(listener)?
            .run();
        let handle = server.handle();
        actix_web::rt::spawn(backups.clone().keep_schedule());
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let stopping = actix_web::rt::spawn(async move {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
            tracing::info!("stopping: what runs may end first");
            tokio::join!(
                handle.stop(true),
                jobs.interrupt(JOBS_PATIENCE),
                backups.stop(JOBS_PATIENCE)
            );
        });
        greeting::print(&settings, address, &first_start, demo.as_ref());
        server.await?;
        // What goes on apart from requests may still be at its last step.
        let _ = stopping.await;
        drop(lock);
        tracing::info!("stopped");
        Ok(())
    }
}
