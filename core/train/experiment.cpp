// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/train/experiment.h"

#include "core/base/files.h"
#include "core/base/text.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <algorithm>
#include <set>
#include <utility>

namespace assay {
namespace {

namespace fs = std::filesystem;

/// Reads the keys of one table and knows which of them were asked for: the rest are mistakes.
class TableReader {
public:
    TableReader(const toml::table& table, std::string file) : m_table(table), m_file(std::move(file)) {}

    template <class T>
    std::optional<T> take(const char* key) {
        const toml::node* node = find(key);
        if (node == nullptr) return std::nullopt;
        if constexpr (std::is_same_v<T, double>) {
            if (node->is_integer()) return double(**node->as_integer());
        }
        const auto value = node->value_exact<T>();
        if (!value) refuse(*node, std::string(key) + " is not " + kindOf<T>());
        return value;
    }
    template <class T>
    std::vector<T> takeList(const char* key) {
        std::vector<T> list;
        const toml::node* node = find(key);
        if (node == nullptr) return list;
        const toml::array* array = node->as_array();
        if (array == nullptr) {
            refuse(*node, std::string(key) + " is not a list");
            return list;
        }
        if (array->empty())
            refuse(*node,
                   std::string(key) + " is an empty list, so there is nothing to run; name one, or leave it out");
        for (const toml::node& item : *array) {
            const auto value = item.value_exact<T>();
            if (!value) refuse(item, std::string("an item of ") + key + " is not " + kindOf<T>());
            else list.push_back(*value);
        }
        return list;
    }
    const toml::table* takeTable(const char* key) {
        const toml::node* node = find(key);
        if (node == nullptr) return nullptr;
        if (!node->is_table()) refuse(*node, std::string(key) + " is not a table");
        return node->as_table();
    }
    std::vector<const toml::table*> takeTables(const char* key) {
        std::vector<const toml::table*> tables;
        const toml::node* node = find(key);
        if (node == nullptr) return tables;
        const toml::array* array = node->as_array();
        if (array == nullptr) {
            refuse(*node, std::string("write [[") + key + "]] before each of them");
            return tables;
        }
        for (const toml::node& item : *array) {
            if (item.is_table()) tables.push_back(item.as_table());
            else refuse(item, std::string("an item of ") + key + " is not a table");
        }
        return tables;
    }
    void refuse(const toml::node& node, const std::string& why) { refuseAt(node.source(), why); }
    void refuse(const std::string& why) { refuseAt(m_table.source(), why); }
    /// The first mistake, an unknown key among them.
    [[nodiscard]] Status check() {
        for (const auto& [key, node] : m_table)
            if (!m_known.contains(std::string(key.str())))
                refuse(node, "there is no key " + std::string(key.str()) + " here");
        if (m_error) return tl::unexpected(*m_error);
        return {};
    }

private:
    template <class T>
    static const char* kindOf() {
        if constexpr (std::is_same_v<T, std::string>) return "a text in quotes";
        else if constexpr (std::is_same_v<T, bool>) return "true or false";
        else if constexpr (std::is_same_v<T, std::int64_t>) return "a whole number";
        else return "a number";
    }
    const toml::node* find(const char* key) {
        m_known.insert(key);
        return m_table.get(key);
    }
    void refuseAt(const toml::source_region& where, const std::string& why) {
        if (!m_error)
            m_error = Error{ErrorCode::Format, "line " + std::to_string(where.begin.line) + ": " + why, m_file};
    }
    const toml::table& m_table;
    std::string m_file;
    std::set<std::string> m_known;
    std::optional<Error> m_error;
};

std::string textOf(const toml::node& node) {
    if (const auto text = node.value_exact<std::string>()) return *text;
    if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
    if (const auto whole = node.value_exact<std::int64_t>()) return std::to_string(*whole);
    if (const auto real = node.value_exact<double>()) return formatNumber(*real);
    return {};
}

constexpr std::size_t kMostRows = 100; ///< that the lists of one [[method]] may make

/// A setting with a list of values, each of which makes a row.
struct ListedSetting {
    std::string key;
    std::vector<std::string> values;
};

ListedSetting readListedSetting(TableReader& reader, const std::string& key, const toml::array& array) {
    ListedSetting listed{key, {}};
    if (array.empty()) reader.refuse(array, "the setting " + key + " is an empty list, so there is nothing to run");
    for (const toml::node& item : array) {
        const std::string value = textOf(item);
        if (!item.is_value()) reader.refuse(item, "an item of the setting " + key + " is not one value");
        else if (std::find(listed.values.begin(), listed.values.end(), value) != listed.values.end())
            reader.refuse(item, value + " stands twice in the setting " + key);
        else listed.values.push_back(value);
    }
    return listed;
}

/// Replaces what `settings` has already. Lists are mistakes where there are no `lists` to take them.
void readSettingTexts(TableReader& reader, const toml::table& table, SettingTexts& settings,
                      std::vector<ListedSetting>* lists = nullptr) {
    for (const auto& [name, node] : table) {
        const std::string key(name.str());
        if (node.is_value()) settings[key] = textOf(node);
        else if (!node.is_array()) reader.refuse(node, "the setting " + key + " is not one value");
        else if (lists == nullptr)
            reader.refuse(
                node, "the setting " + key +
                          " is a list; only the settings of a [[method]] may be, which then is a row for each value");
        else lists->push_back(readListedSetting(reader, key, *node.as_array()));
    }
}

Result<ExperimentLabels> readLabels(const toml::table& table, const fs::path& folder, const std::string& file) {
    TableReader reader(table, file);
    ExperimentLabels labels;
    const auto model = reader.take<std::string>("noise");
    const auto rate = reader.take<double>("rate");
    const auto path = reader.take<std::string>("file");
    labels.columns.label = reader.take<std::string>("label-column").value_or("");
    labels.columns.truth = reader.take<std::string>("truth-column").value_or("");
    labels.classMap = reader.take<std::string>("map").value_or("");
    const auto listed = reader.take<std::string>("labelled-file");
    if (model && path) reader.refuse("noise and file cannot both say which labels these are");
    if (model) {
        NoiseOptions noise;
        const auto kind = parseNoiseKind(*model);
        if (kind) noise.kind = *kind;
        else reader.refuse(kind.error().sentence());
        if (!rate || !(*rate >= 0 && *rate <= 1)) reader.refuse("noise needs a rate from 0 to 1");
        noise.rate = rate.value_or(0);
        labels.noise = noise;
        labels.name = *model + " " + formatNumber(100 * noise.rate) + " %";
    } else if (path) {
        labels.file = folder / *path;
        labels.name = fs::path(*path).filename().string();
    } else {
        labels.name = "given";
    }
    if (listed) {
        labels.labelledFile = folder / *listed;
        labels.name += ", those of " + labels.labelledFile.filename().string();
    }
    if (const auto name = reader.take<std::string>("name")) labels.name = *name;
    if (const toml::table* settings = reader.takeTable("settings"))
        readSettingTexts(reader, *settings, labels.settings);
    ASSAY_CHECK_STATUS(reader.check());
    return labels;
}

PublishedFigures readPublished(TableReader& reader, const toml::node& node) {
    PublishedFigures figures;
    figures.last = node.value<double>();
    if (figures.last) return figures;
    const toml::table* table = node.as_table();
    if (table == nullptr) {
        reader.refuse(node, "a published figure is an accuracy in percent, or a table of best, last and mean-last-10");
        return figures;
    }
    for (const auto& [key, value] : *table) {
        auto* figure = key == "best"           ? &figures.best
                       : key == "last"         ? &figures.last
                       : key == "mean-last-10" ? &figures.meanOfLastTen
                                               : nullptr;
        if (figure == nullptr)
            reader.refuse(value, "published figures are best, last and mean-last-10, not " + std::string(key.str()));
        else if (*figure = value.value<double>(); !*figure)
            reader.refuse(value, "a published figure is an accuracy in percent");
    }
    return figures;
}

/// A row for each combination of the values, named by them.
std::vector<ExperimentMethod> rowsOf(const ExperimentMethod& method, const std::vector<ListedSetting>& lists) {
    std::vector<ExperimentMethod> rows{method};
    for (const ListedSetting& listed : lists) {
        std::vector<ExperimentMethod> more;
        for (const ExperimentMethod& row : rows)
            for (const std::string& value : listed.values) {
                more.push_back(row);
                more.back().name += ", " + listed.key + " " + value;
                more.back().settings[listed.key] = value;
            }
        rows = std::move(more);
    }
    return rows;
}

/// Lists must make rows that differ on all labels, not too many, and none that a published figure is of.
void checkLists(TableReader& reader, const ExperimentMethod& method, const std::vector<ListedSetting>& lists,
                const std::vector<ExperimentLabels>& labels) {
    std::size_t count = 1;
    for (const ListedSetting& listed : lists) {
        count = std::min(count * listed.values.size(), 10 * kMostRows);
        const auto sets = [&](const SettingTexts& settings) { return settings.contains(listed.key); };
        if (std::any_of(labels.begin(), labels.end(), [&](const auto& one) { return sets(one.settings); }) ||
            std::any_of(method.settingsOn.begin(), method.settingsOn.end(),
                        [&](const auto& one) { return sets(one.second); }))
            reader.refuse("the setting " + listed.key +
                          " is a list and is set for some labels, too, where its rows would be the same");
    }
    if (count > kMostRows) reader.refuse("its lists of settings make more than " + withThousands(kMostRows) + " rows");
    if (!lists.empty() && !method.published.empty())
        reader.refuse("published figures are of one row; give the settings of that row without a list");
}

Result<std::vector<ExperimentMethod>> readMethod(const toml::table& table, const SettingTexts& common,
                                                 const std::vector<ExperimentLabels>& labels, const std::string& file) {
    TableReader reader(table, file);
    ExperimentMethod method;
    method.settings = common;
    const auto id = reader.take<std::string>("id");
    if (!id || id->empty()) reader.refuse("a method needs its id");
    method.id = id.value_or("");
    method.name = reader.take<std::string>("name").value_or(method.id);
    if (const auto epochs = reader.take<std::int64_t>("epochs")) {
        if (*epochs < 1 || *epochs > 100'000) reader.refuse("epochs is a whole number from 1 to 100,000");
        method.epochs = int(*epochs);
    }
    std::vector<ListedSetting> lists;
    if (const toml::table* settings = reader.takeTable("settings"))
        readSettingTexts(reader, *settings, method.settings, &lists);
    if (const toml::table* cases = reader.takeTable("settings-on"))
        for (const auto& [key, node] : *cases) {
            if (!node.is_table()) reader.refuse(node, "settings-on holds a table of settings for each kind of labels");
            else readSettingTexts(reader, *node.as_table(), method.settingsOn[std::string(key.str())]);
        }
    if (const toml::table* published = reader.takeTable("published"))
        for (const auto& [key, node] : *published)
            method.published[std::string(key.str())] = readPublished(reader, node);
    method.source = reader.take<std::string>("source").value_or("");
    checkLists(reader, method, lists, labels);
    ASSAY_CHECK_STATUS(reader.check());
    return rowsOf(method, lists);
}

/// A name that is wrong, and which labels or method have it.
struct WrongName {
    std::size_t at = 0;
    std::string name;
};

/// The first name under settings-on or published that no labels have.
std::optional<WrongName> unknownLabels(const Experiment& experiment) {
    const auto known = [&](const std::string& name) {
        return std::any_of(experiment.labels.begin(), experiment.labels.end(),
                           [&](const ExperimentLabels& labels) { return labels.name == name; });
    };
    for (std::size_t i = 0; i < experiment.methods.size(); ++i) {
        for (const auto& [name, settings] : experiment.methods[i].settingsOn)
            if (!known(name)) return WrongName{i, name};
        for (const auto& [name, figures] : experiment.methods[i].published)
            if (!known(name)) return WrongName{i, name};
    }
    return std::nullopt;
}

/// The first item whose name another one before it has.
template <class Items>
std::optional<WrongName> doubledName(const Items& items) {
    std::set<std::string> names;
    for (std::size_t i = 0; i < items.size(); ++i)
        if (!names.insert(items[i].name).second) return WrongName{i, items[i].name};
    return std::nullopt;
}

Result<Experiment> readTable(const toml::table& table, const fs::path& folder, const std::string& file) {
    TableReader reader(table, file);
    Experiment experiment;
    experiment.title = reader.take<std::string>("title").value_or(file);
    const auto dataset = reader.take<std::string>("dataset");
    if (dataset) experiment.dataset = folder / *dataset;
    experiment.networks = reader.takeList<std::string>("networks");
    if (experiment.networks.empty()) experiment.networks = {experiment.base.network};
    for (const std::int64_t seed : reader.takeList<std::int64_t>("seeds")) {
        if (seed < 0) reader.refuse("a seed is not negative");
        experiment.seeds.push_back(std::uint64_t(seed));
    }
    if (experiment.seeds.empty()) experiment.seeds = {1};
    const auto whole = [&](const char* key, std::int64_t least, std::int64_t most, auto& target) {
        const auto value = reader.take<std::int64_t>(key);
        if (!value) return;
        if (*value < least || *value > most)
            reader.refuse(std::string(key) + " is from " + withThousands(std::uint64_t(least)) + " to " +
                          withThousands(std::uint64_t(most)));
        else target = static_cast<std::remove_reference_t<decltype(target)>>(*value);
    };
    whole("epochs", 1, 100'000, experiment.base.epochs);
    whole("threads", 0, 1024, experiment.base.threads);
    whole("subset", 0, 1'000'000'000, experiment.base.subset);
    whole("image-size", 0, 1024, experiment.base.imageSize);
    experiment.base.device = reader.take<std::string>("device").value_or(experiment.base.device);
    if (const auto weights = reader.take<std::string>("init-from"))
        experiment.base.weights = fs::path(*weights).is_absolute() ? *weights : (folder / *weights).string();
    experiment.base.freeze = reader.take<bool>("freeze").value_or(false);
    experiment.threshold = reader.take<double>("threshold").value_or(experiment.threshold);
    if (!(experiment.threshold >= 0 && experiment.threshold <= 1))
        reader.refuse(*table.get("threshold"), "threshold is from 0 to 1");
    SettingTexts common;
    if (const toml::table* settings = reader.takeTable("settings")) readSettingTexts(reader, *settings, common);
    const auto reference = reader.take<std::string>("reference");
    const std::vector<const toml::table*> labelTables = reader.takeTables("labels");
    for (const toml::table* one : labelTables) {
        ASSAY_TRY(ExperimentLabels labels, readLabels(*one, folder, file));
        experiment.labels.push_back(std::move(labels));
    }
    if (experiment.labels.empty()) experiment.labels.push_back({"given", {}, {}, {}, {}, {}});
    std::vector<const toml::table*> methodTables; // of each row
    for (const toml::table* one : reader.takeTables("method")) {
        ASSAY_TRY(std::vector<ExperimentMethod> rows, readMethod(*one, common, experiment.labels, file));
        for (ExperimentMethod& row : rows) {
            experiment.methods.push_back(std::move(row));
            methodTables.push_back(one);
        }
    }
    if (experiment.methods.empty()) reader.refuse("there is no [[method]] to train");
    if (const auto wrong = doubledName(experiment.labels))
        reader.refuse(*labelTables[wrong->at], "two [[labels]] are named " + wrong->name);
    if (const auto wrong = doubledName(experiment.methods))
        reader.refuse(*methodTables[wrong->at], "two [[method]] are named " + wrong->name + "; give one a name");
    if (const auto wrong = unknownLabels(experiment))
        reader.refuse(*methodTables[wrong->at], "settings-on or published speaks of labels named " + wrong->name +
                                                    ", which are not among the [[labels]]");
    if (std::set(experiment.seeds.begin(), experiment.seeds.end()).size() != experiment.seeds.size())
        reader.refuse(*table.get("seeds"), "a seed stands twice in seeds");
    if (reference) {
        const auto at = std::find_if(experiment.methods.begin(), experiment.methods.end(),
                                     [&](const ExperimentMethod& method) { return method.name == *reference; });
        if (at == experiment.methods.end())
            reader.refuse(*table.get("reference"), "the reference " + *reference + " is none of the methods");
        else experiment.reference = std::size_t(at - experiment.methods.begin());
    }
    ASSAY_CHECK_STATUS(reader.check());
    return experiment;
}

} // namespace

Result<Experiment> parseExperiment(std::string_view text, const fs::path& folder, const std::string& name) {
    const toml::parse_result parsed = toml::parse(text, name);
    if (!parsed)
        return fail(ErrorCode::Format,
                    "line " + std::to_string(parsed.error().source().begin.line) + ": " +
                        std::string(parsed.error().description()),
                    name);
    return readTable(parsed.table(), folder, name);
}

Result<Experiment> readExperiment(const fs::path& file) {
    constexpr std::uint64_t kLargest = 1 << 20;
    ASSAY_TRY(const std::vector<std::byte> bytes, readFile(file, kLargest));
    std::error_code code;
    const fs::path folder = fs::absolute(file, code).parent_path();
    return parseExperiment({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, folder,
                           escapeForDisplay(file.filename().string()));
}

std::vector<ExperimentCell> cellsOf(const Experiment& experiment) {
    std::vector<ExperimentCell> cells;
    for (std::size_t labels = 0; labels < experiment.labels.size(); ++labels)
        for (std::size_t network = 0; network < experiment.networks.size(); ++network)
            for (const std::uint64_t seed : experiment.seeds)
                for (std::size_t method = 0; method < experiment.methods.size(); ++method)
                    cells.push_back({labels, network, method, seed});
    return cells;
}

SettingTexts settingsOf(const Experiment& experiment, const ExperimentCell& cell) {
    const ExperimentMethod& method = experiment.methods[cell.method];
    const ExperimentLabels& labels = experiment.labels[cell.labels];
    SettingTexts settings = method.settings;
    for (const auto& [key, value] : labels.settings) settings[key] = value;
    if (const auto own = method.settingsOn.find(labels.name); own != method.settingsOn.end())
        for (const auto& [key, value] : own->second) settings[key] = value;
    return settings;
}

RunConfig configOf(const Experiment& experiment, const ExperimentCell& cell) {
    const ExperimentMethod& method = experiment.methods[cell.method];
    RunConfig config = experiment.base;
    config.method = method.id;
    config.network = experiment.networks[cell.network];
    config.seed = cell.seed;
    config.epochs = method.epochs.value_or(config.epochs);
    return config;
}

} // namespace assay
