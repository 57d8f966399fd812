// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/cli/decision_file.h"

#include "core/base/csv.h"
#include "core/base/text.h"

#include <map>
#include <unordered_map>

namespace assay::cli {

namespace {

constexpr std::size_t kNamed = 10;

/// One kind of mistake: how many rows have it, and the first ten.
class Mistakes {
public:
    explicit Mistakes(std::string what) : m_what(std::move(what)) {}
    void add(std::size_t line, const std::string& cell) {
        if (m_count++ < kNamed)
            m_rows +=
                (m_rows.empty() ? "" : ", ") + ("line " + std::to_string(line)) + " (" + escapeForDisplay(cell) + ")";
    }
    [[nodiscard]] std::string sentence() const {
        if (m_count == 0) return {};
        return withThousands(m_count) + " " + m_what + ": " + m_rows + (m_count > kNamed ? ", …" : "");
    }

private:
    std::string m_what;
    std::size_t m_count = 0;
    std::string m_rows;
};

class Reader {
public:
    Reader(const CsvTable& table, const DatasetReference& reference, const DecisionDefaults& defaults)
        : m_table(table), m_reference(reference), m_defaults(defaults), m_index(table.column("index")),
          m_file(table.column("file")), m_decision(table.column("decision")), m_label(table.column("label")),
          m_suggested(table.column("suggested")), m_reason(table.column("reason")) {
        for (std::size_t k = 0; k < reference.classNames.size(); ++k)
            m_classes.emplace(reference.classNames[k], Label(k));
    }

    Result<std::vector<DecisionRequest>> read(const std::filesystem::path& path, const OpenDataset& openDataset) {
        if (!m_index && !m_file)
            return fail(ErrorCode::Format, "there is neither a column `index` nor a column `file`", path.string());
        if (!m_decision && !m_defaults.verdict)
            return fail(ErrorCode::Format, "there is no column `decision`; add one, or say --decision for all rows",
                        path.string());
        if (m_file) {
            ASSAY_TRY(m_dataset, openDataset());
            for (std::size_t i = 0; i < m_dataset->size(); ++i) m_files.emplace(m_dataset->names[i], std::uint32_t(i));
        }
        for (std::size_t row = 0; row < m_table.rows.size(); ++row) readRow(row);
        std::string all;
        for (const Mistakes* mistakes :
             {&m_unknownSample, &m_disagreeing, &m_duplicate, &m_unknownDecision, &m_unknownClass})
            if (const std::string sentence = mistakes->sentence(); !sentence.empty())
                all += (all.empty() ? "" : "; ") + sentence;
        if (!all.empty()) return fail(ErrorCode::Format, "nothing was decided: " + all, path.string());
        return std::move(m_requests);
    }

private:
    void readRow(std::size_t row) {
        const std::vector<std::string>& cells = m_table.rows[row];
        const std::size_t line = m_table.rowLines[row];
        const std::optional<std::uint32_t> sample = findSample(cells, line);
        const std::optional<DecisionState> state = findState(cells, line);
        if (!sample || !state) return;
        if (!m_seen.emplace(*sample, line).second) {
            m_duplicate.add(line, cells[m_index ? *m_index : *m_file]);
            return;
        }
        DecisionRequest request{SampleIndex(*sample), *state, m_defaults.reason};
        if (m_reason && !cells[*m_reason].empty()) request.reason.rule = cells[*m_reason];
        m_requests.push_back(std::move(request));
    }

    std::optional<std::uint32_t> findSample(const std::vector<std::string>& cells, std::size_t line) {
        std::optional<std::uint32_t> byFile, byIndex;
        if (m_file) {
            const auto found = m_files.find(cells[*m_file]);
            if (found != m_files.end()) byFile = found->second;
            else if (!m_index) m_unknownSample.add(line, cells[*m_file]);
        }
        if (!m_index) return byFile;
        const auto number = parseInteger(cells[*m_index]);
        if (!number || *number < 0 || std::size_t(*number) >= m_reference.samples) {
            m_unknownSample.add(line, cells[*m_index]);
            return std::nullopt;
        }
        byIndex = std::uint32_t(*number);
        if (m_file && !cells[*m_file].empty() && byFile != byIndex) {
            m_disagreeing.add(line, cells[*m_index] + ", " + cells[*m_file]);
            return std::nullopt;
        }
        return byIndex;
    }

    std::optional<DecisionState> findState(const std::vector<std::string>& cells, std::size_t line) {
        DecisionState state;
        if (m_decision) {
            const auto verdict = parseVerdict(cells[*m_decision]);
            if (!verdict || *verdict == Verdict::None) {
                m_unknownDecision.add(line, cells[*m_decision]);
                return std::nullopt;
            }
            state.verdict = *verdict;
        } else {
            state.verdict = *m_defaults.verdict;
        }
        if (state.verdict != Verdict::Relabel) return state;
        std::string label = m_label ? cells[*m_label] : std::string();
        if (label.empty() && m_suggested) label = cells[*m_suggested];
        if (const auto found = m_classes.find(label); found != m_classes.end()) {
            state.label = found->second;
            return state;
        }
        const auto number = parseInteger(label);
        if (!number || *number < 0 || std::size_t(*number) >= m_reference.classNames.size()) {
            m_unknownClass.add(line, label);
            return std::nullopt;
        }
        state.label = Label(*number);
        return state;
    }

    const CsvTable& m_table;
    const DatasetReference& m_reference;
    const DecisionDefaults& m_defaults;
    std::optional<std::size_t> m_index, m_file, m_decision, m_label, m_suggested, m_reason;
    std::map<std::string, Label> m_classes;
    std::shared_ptr<const Dataset> m_dataset;
    std::unordered_map<std::string_view, std::uint32_t> m_files;
    std::unordered_map<std::uint32_t, std::size_t> m_seen;
    std::vector<DecisionRequest> m_requests;
    Mistakes m_unknownSample{"rows name no sample of the data set"};
    Mistakes m_disagreeing{"rows have an index and a file that are two samples"};
    Mistakes m_duplicate{"rows name a sample again"};
    Mistakes m_unknownDecision{"rows have no decision that is keep, flag, relabel or exclude"};
    Mistakes m_unknownClass{"rows relabel to something that is no class"};
};

} // namespace

Result<std::vector<DecisionRequest>> readDecisions(const std::filesystem::path& file, const DatasetReference& reference,
                                                   const OpenDataset& openDataset, const DecisionDefaults& defaults) {
    ASSAY_TRY(const CsvTable table, readCsv(file));
    return Reader(table, reference, defaults).read(file, openDataset);
}

} // namespace assay::cli
