// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/config/runtime.h"

#include <cstdlib>
#include <filesystem>

#include <QFile>
#include <QStandardPaths>

#include "app/resources.h"
#include "collectors/mmdb/mmdbdatabase.h"

namespace rivereto::app {

namespace {

core::Result<std::string> readFile(const std::string& path)
{
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::ReadOnly))
        return core::fail("{}: cannot be read: {}", path, file.errorString().toStdString());
    return file.readAll().toStdString();
}

std::string userFile()
{
    const auto folder = QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation);
    return (folder + QStringLiteral("/rivereto/rivereto.toml")).toStdString();
}

std::optional<std::string> environment(const std::string& name)
{
    const char* value = std::getenv(name.c_str());
    return value ? std::optional<std::string>(value) : std::nullopt;
}

std::string besides(const std::string& folder, const std::string& path)
{
    return std::filesystem::path(path).is_absolute() || folder.empty() ? path : (std::filesystem::path(folder) / path).string();
}

} // namespace

core::Result<std::pair<core::Config, std::string>> loadConfig(const std::optional<std::string>& file)
{
    std::string path = file.value_or("");
    // QFile says no where std::filesystem would throw: in a home that may not be looked into.
    if (!file && QFile::exists(QString::fromStdString(userFile())))
        path = userFile();
    std::string text;
    if (!path.empty()) {
        auto content = readFile(path);
        if (!content)
            return tl::unexpected(content.error());
        text = std::move(*content);
    }
    auto config = core::parseConfig(text, path, environment);
    if (!config)
        return tl::unexpected(config.error());
    return std::pair(std::move(*config), path);
}

core::Result<Runtime> Runtime::load(const std::optional<std::string>& file, const std::optional<std::string>& captures)
{
    auto loaded = loadConfig(file);
    if (!loaded)
        return tl::unexpected(loaded.error());
    if (captures) {
        if (auto changed = core::changeInputs(loaded->first.captures, *captures); !changed)
            return core::fail("--input: {}", changed.error().message());
    }
    Runtime out;
    out.m_config = std::make_shared<const core::Config>(std::move(loaded->first));
    auto schema = core::schemaOf(*out.m_config);
    if (!schema)
        return tl::unexpected(schema.error());
    out.m_schema = *schema;
    out.m_metadata = std::shared_ptr<const core::StaticMetadata>(out.m_config, &out.m_config->metadata);
    out.m_learnt = std::make_shared<LearntNames>();
    if (auto networks = out.loadNetworks(std::filesystem::path(loaded->second).parent_path().string()); !networks)
        return tl::unexpected(networks.error());
    for (const auto& input : out.m_config->inputs)
        out.m_inputs.push_back({.address = input.address, .port = input.port, .settings = input.settings});
    if (out.m_inputs.empty())
        out.m_inputs = defaultListenSpecs();
    return out;
}

core::Result<void> Runtime::loadNetworks(const std::string& folder)
{
    auto sources = std::make_shared<core::NetworkSources>();
    const auto namedBy = [&](const char* key, const core::Error& error) { return core::fail("{}: {}", m_config->origins.at(key), error.message()); };
    for (const auto& entry : m_config->networks)
        sources->own.add(entry);
    for (const auto& file : m_config->networkFiles) {
        const auto path = besides(folder, file);
        const auto text = readFile(path);
        if (!text)
            return namedBy("networks.files", text.error());
        const auto entries = core::parseNetworks(*text, path);
        if (!entries)
            return namedBy("networks.files", entries.error());
        for (const auto& entry : *entries)
            sources->own.add(entry);
    }
    for (const auto& file : m_config->mmdbFiles) {
        auto database = collectors::MmdbDatabase::open(besides(folder, file));
        if (!database)
            return namedBy("mmdb.files", database.error());
        sources->databases.push_back(std::move(*database));
    }
    m_networks = std::move(sources);
    return {};
}

collectors::PipelineOptions Runtime::pipelineOptions(unsigned workers) const
{
    collectors::PipelineOptions out{.workers = workers};
    m_config->captures.applyTo(out.decoder);
    out.decoder.samplingDefault = m_config->samplingDefault;
    out.decoder.samplingOverride = m_config->samplingOverride;
    out.onNames = [learnt = m_learnt](const std::vector<core::LearntName>& names) { learnt->add(names); };
    out.enricher = [self = *this] {
        core::Enricher chain;
        chain.add(std::make_unique<core::MetadataStep>(self.m_metadata, [learnt = self.m_learnt] { return learnt->current(); }));
        const std::vector default_{core::AsProvider::Flow, core::AsProvider::Routing, core::AsProvider::Networks};
        if (!self.m_networks->empty() || self.m_config->asPrecedence != default_)
            chain.add(std::make_unique<core::NetworksStep>(self.m_networks, self.m_config->asPrecedence));
        std::vector<core::ColumnId> dropped;
        for (const auto& name : self.m_config->dropColumns)
            dropped.push_back(self.m_schema->find(name));
        if (!dropped.empty())
            chain.add(std::make_unique<core::DropStep>(std::move(dropped)));
        return chain;
    };
    return out;
}

std::shared_ptr<const core::AsNames> Runtime::asNames() const
{
    initResources();
    QFile table(QStringLiteral(":/data/asnames.tsv"));
    const bool open = table.open(QIODevice::ReadOnly);
    return std::make_shared<const core::AsNames>(open ? table.readAll().toStdString() : std::string(), m_config->asNames);
}

} // namespace rivereto::app
