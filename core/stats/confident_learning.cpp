// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/stats/confident_learning.h"

#include "core/base/text.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace assay::stats {
namespace {

constexpr double kTie = 1e-6; // probabilities closer than this count as equal
constexpr double kLeastThreshold = 2 * kTie;
constexpr double kNeverReached = 2; // the threshold of a class without samples
constexpr double kRowSlack = 1e-3;
constexpr std::size_t kNamed = 10; // faulty rows that an error names

constexpr std::array<std::pair<IssueFilter, std::string_view>, 7> kFilters = {{
    {IssueFilter::PruneByNoiseRate, "prune-by-noise-rate"},
    {IssueFilter::PruneByClass, "prune-by-class"},
    {IssueFilter::Both, "both"},
    {IssueFilter::ConfidentLearning, "confident-learning"},
    {IssueFilter::PredictedNeqGiven, "predicted-neq-given"},
    {IssueFilter::LowSelfConfidence, "low-self-confidence"},
    {IssueFilter::LowNormalizedMargin, "low-normalized-margin"},
}};
constexpr std::array<std::pair<LabelQuality, std::string_view>, 3> kQualities = {{
    {LabelQuality::SelfConfidence, "self-confidence"},
    {LabelQuality::NormalizedMargin, "normalized-margin"},
    {LabelQuality::ConfidenceWeightedEntropy, "confidence-weighted-entropy"},
}};

template <class Table> std::vector<std::string> namesOf(const Table& table) {
    std::vector<std::string> names;
    for (const auto& [value, name] : table) names.emplace_back(name);
    return names;
}

template <class Table>
auto parseFrom(const Table& table, std::string_view name, const char* what)
    -> Result<std::decay_t<decltype(table[0].first)>> {
    for (const auto& [value, known] : table)
        if (known == name) return value;
    std::string all;
    for (const auto& known : namesOf(table)) all += (all.empty() ? "" : ", ") + known;
    return fail(ErrorCode::InvalidArgument, std::string("there is no such ") + what + "; choose one of " + all,
                escapeForDisplay(name));
}

std::size_t argmax(std::span<const double> row) {
    return std::size_t(std::max_element(row.begin(), row.end()) - row.begin());
}

double largestOther(std::span<const double> row, std::size_t but) {
    double most = -1;
    for (std::size_t k = 0; k < row.size(); ++k)
        if (k != but) most = std::max(most, row[k]);
    return most;
}

/// Whether another class is more probable than the given one, by more than rounding.
bool predictsOther(std::span<const double> row, Label given) {
    return largestOther(row, std::size_t(given)) > row[std::size_t(given)] + kTie;
}

double quality(std::span<const double> row, Label given, LabelQuality kind) {
    const double own = row[std::size_t(given)];
    switch (kind) {
    case LabelQuality::SelfConfidence:
        return own;
    case LabelQuality::NormalizedMargin:
        return (own - largestOther(row, std::size_t(given)) + 1) / 2;
    case LabelQuality::ConfidenceWeightedEntropy: {
        if (own <= 0) return 0;
        double entropy = 0;
        for (const double p : row)
            if (p > 0) entropy -= p * std::log(p);
        const double s = entropy / std::log(double(row.size())) / own;
        return s < 1e-12 ? 1 : std::log1p(s) / s;
    }
    }
    return 0;
}

/// Rounds to whole numbers that keep the row's rounded sum: those with the largest remainders give way.
std::vector<std::int64_t> roundKeepingSum(std::span<const double> row) {
    std::vector<double> whole(row.size());
    double sum = 0, wholeSum = 0;
    for (std::size_t k = 0; k < row.size(); ++k) {
        whole[k] = std::nearbyint(row[k]);
        sum += row[k];
        wholeSum += whole[k];
    }
    const double target = std::nearbyint(sum);
    std::vector<std::size_t> order(row.size());
    while (wholeSum != target) {
        const double step = target > wholeSum ? 1 : -1;
        const auto changes = std::min(row.size(), std::size_t(std::abs(target - wholeSum)));
        std::iota(order.begin(), order.end(), std::size_t(0));
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return step * (row[a] - whole[a]) > step * (row[b] - whole[b]);
        });
        for (std::size_t i = 0; i < changes; ++i) whole[order[i]] += step;
        wholeSum += step * double(changes);
    }
    return {whole.begin(), whole.end()};
}

std::vector<std::int64_t> roundRows(const std::vector<double>& matrix, std::size_t classes) {
    std::vector<std::int64_t> out;
    out.reserve(matrix.size());
    for (std::size_t r = 0; r < matrix.size(); r += classes) {
        const auto row = roundKeepingSum(std::span(matrix).subspan(r, classes));
        out.insert(out.end(), row.begin(), row.end());
    }
    return out;
}

void calibrate(ConfidentJoint& joint) {
    const std::size_t classes = joint.classes;
    std::vector<double> scaled(classes * classes);
    double total = 0, samples = 0;
    for (std::size_t j = 0; j < classes; ++j) {
        double row = 0;
        for (std::size_t k = 0; k < classes; ++k) row += double(joint.counts[j * classes + k]);
        for (std::size_t k = 0; k < classes; ++k) {
            scaled[j * classes + k] = double(joint.counts[j * classes + k]) / row * double(joint.given[j]);
            total += scaled[j * classes + k];
        }
        samples += double(joint.given[j]);
    }
    for (double& v : scaled) v *= samples / total;
    joint.calibrated = roundRows(scaled, classes);
    for (std::size_t j = 0; j < classes; ++j)
        for (std::size_t k = 0; k < classes; ++k)
            if (j != k) joint.estimatedErrors += std::size_t(joint.at(j, k));
}

ConfidentJoint jointOf(const Probabilities& p, std::span<const Label> given) {
    const std::size_t classes = p.classes, rows = p.rows();
    ConfidentJoint joint;
    joint.classes = classes;
    joint.thresholds.assign(classes, 0);
    joint.given.assign(classes, 0);
    joint.counts.assign(classes * classes, 0);
    joint.offDiagonal.assign(rows, 0);
    for (std::size_t i = 0; i < rows; ++i) {
        const auto k = std::size_t(given[i]);
        joint.thresholds[k] += p.values[i * classes + k];
        ++joint.given[k];
    }
    std::vector<double> reach(classes);
    for (std::size_t k = 0; k < classes; ++k) {
        joint.thresholds[k] = joint.given[k] == 0
                                  ? kNeverReached
                                  : std::max(kLeastThreshold, joint.thresholds[k] / double(joint.given[k]));
        reach[k] = joint.thresholds[k] - kTie;
    }
    for (std::size_t i = 0; i < rows; ++i) {
        const auto row = p.row(i);
        std::size_t confident = 0, guess = 0;
        for (std::size_t k = 0; k < classes; ++k)
            if (row[k] >= reach[k]) {
                if (confident == 0) guess = k;
                ++confident;
            }
        if (confident == 0) continue;
        if (confident > 1) guess = argmax(row);
        const auto own = std::size_t(given[i]);
        ++joint.counts[own * classes + guess];
        joint.offDiagonal[i] = guess != own ? 1 : 0;
    }
    for (std::size_t k = 0; k < classes; ++k)
        joint.counts[k * classes + k] = std::max<std::int64_t>(1, joint.counts[k * classes + k]);
    calibrate(joint);
    return joint;
}

/// How many to prune, true class by given class: the joint turned round, with at least n on the diagonal.
std::vector<std::int64_t> pruneCounts(const ConfidentJoint& joint, int least, double fracNoise) {
    const std::size_t classes = joint.classes;
    std::vector<double> m(classes * classes);
    for (std::size_t j = 0; j < classes; ++j)
        for (std::size_t k = 0; k < classes; ++k) m[k * classes + j] = double(joint.at(j, k));
    for (std::size_t j = 0; j < classes; ++j) {
        const double diagonal = m[j * classes + j], raised = std::max(diagonal, double(least));
        double filled = 0, reduced = 0;
        for (std::size_t k = 0; k < classes; ++k) filled += m[k * classes + j] != 0 ? 1 : 0;
        const double lower = (raised - diagonal) / std::max(filled - 1, 1.0);
        for (std::size_t k = 0; k < classes; ++k) {
            if (k == j) continue;
            double& v = m[k * classes + j];
            const double kept = std::max(0.0, v - lower);
            v = std::trunc(kept * fracNoise);
            reduced += kept - kept * fracNoise;
        }
        m[j * classes + j] = std::trunc(raised + reduced);
    }
    return roundRows(m, classes);
}

/// The n-th largest, n from 1.
double nthLargest(std::vector<double> values, std::size_t n) {
    const auto at = values.begin() + std::ptrdiff_t(n - 1);
    std::nth_element(values.begin(), at, values.end(), std::greater<>());
    return *at;
}

std::vector<std::vector<std::uint32_t>> rowsByClass(std::span<const Label> given, std::size_t classes) {
    std::vector<std::vector<std::uint32_t>> rows(classes);
    for (std::size_t i = 0; i < given.size(); ++i) rows[std::size_t(given[i])].push_back(std::uint32_t(i));
    return rows;
}

/// Flags the `number` rows with the largest margins of `other` over the given class, and ties with the last of them.
void flagLargestMargins(const Probabilities& p, const std::vector<std::uint32_t>& rows, std::size_t given,
                        std::size_t other, std::size_t number, std::vector<std::uint8_t>& flag) {
    std::vector<double> margin(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) {
        const auto row = p.row(rows[r]);
        margin[r] = row[other] - row[given];
    }
    const double cut = nthLargest(margin, std::min(rows.size(), number));
    for (std::size_t r = 0; r < rows.size(); ++r)
        if (margin[r] >= cut) flag[rows[r]] = 1;
}

void flagByNoiseRate(const Probabilities& p, const std::vector<std::uint32_t>& rows, std::size_t given,
                     const std::vector<std::int64_t>& prune, std::vector<std::uint8_t>& flag) {
    // Margins above 0 are few and, as a rule, enough: one pass finds them for all classes.
    struct Candidates {
        std::vector<double> margin;
        std::vector<std::uint32_t> row;
    };
    std::vector<Candidates> ahead(p.classes);
    for (const std::uint32_t r : rows) {
        const auto row = p.row(r);
        for (std::size_t k = 0; k < p.classes; ++k)
            if (row[k] > row[given]) {
                ahead[k].margin.push_back(row[k] - row[given]);
                ahead[k].row.push_back(r);
            }
    }
    for (std::size_t other = 0; other < p.classes; ++other) {
        const std::int64_t number = prune[other * p.classes + given];
        if (other == given || number <= 0) continue;
        const Candidates& candidates = ahead[other];
        if (candidates.row.size() < std::size_t(number)) {
            flagLargestMargins(p, rows, given, other, std::size_t(number), flag);
            continue;
        }
        const double cut = nthLargest(candidates.margin, std::size_t(number));
        for (std::size_t c = 0; c < candidates.row.size(); ++c)
            if (candidates.margin[c] >= cut) flag[candidates.row[c]] = 1;
    }
}

void flagByClass(const Probabilities& p, const std::vector<std::uint32_t>& rows, std::size_t given,
                 const std::vector<std::int64_t>& prune, std::vector<std::uint8_t>& flag) {
    const std::int64_t number = std::int64_t(rows.size()) - prune[given * p.classes + given];
    if (number <= 0 || std::size_t(number) >= rows.size()) return;
    std::vector<double> own(rows.size());
    for (std::size_t r = 0; r < rows.size(); ++r) own[r] = p.row(rows[r])[given];
    std::vector<double> sorted = own;
    const auto at = sorted.begin() + number;
    std::nth_element(sorted.begin(), at, sorted.end());
    for (std::size_t r = 0; r < rows.size(); ++r)
        if (own[r] < *at) flag[rows[r]] = 1;
}

using Flagger = void (*)(const Probabilities&, const std::vector<std::uint32_t>&, std::size_t,
                         const std::vector<std::int64_t>&, std::vector<std::uint8_t>&);

std::vector<std::uint8_t> prune(const Probabilities& p, std::span<const Label> given, const ConfidentJoint& joint,
                                const IssueOptions& options, Flagger flagger) {
    std::vector<std::uint8_t> flag(p.rows());
    const auto counts = pruneCounts(joint, options.minExamplesPerClass, options.fracNoise);
    const auto rows = rowsByClass(given, p.classes);
    for (std::size_t k = 0; k < p.classes; ++k)
        if (std::int64_t(rows[k].size()) > options.minExamplesPerClass) flagger(p, rows[k], k, counts, flag);
    return flag;
}

std::vector<float> qualities(const Probabilities& p, std::span<const Label> given, LabelQuality kind) {
    std::vector<float> scores(p.rows());
    for (std::size_t i = 0; i < scores.size(); ++i) scores[i] = float(quality(p.row(i), given[i], kind));
    return scores;
}

/// Flags the `number` lowest scores; ties by position.
std::vector<std::uint8_t> lowest(const std::vector<float>& scores, std::size_t number) {
    std::vector<std::uint8_t> flag(scores.size());
    if (number == 0 || scores.empty()) return flag;
    number = std::min(number, scores.size());
    std::vector<float> sorted = scores;
    const auto at = sorted.begin() + std::ptrdiff_t(number - 1);
    std::nth_element(sorted.begin(), at, sorted.end());
    std::size_t below = 0;
    for (const float score : scores) below += score < *at ? 1 : 0;
    std::size_t ties = number - below;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        flag[i] = scores[i] < *at ? 1 : 0;
        if (scores[i] == *at && ties > 0) {
            flag[i] = 1;
            --ties;
        }
    }
    return flag;
}

std::vector<std::uint8_t> flagged(const Probabilities& p, std::span<const Label> given, const ConfidentJoint& joint,
                                  const IssueOptions& options) {
    switch (options.filter) {
    case IssueFilter::PruneByNoiseRate:
        return prune(p, given, joint, options, flagByNoiseRate);
    case IssueFilter::PruneByClass:
        return prune(p, given, joint, options, flagByClass);
    case IssueFilter::Both: {
        auto flag = prune(p, given, joint, options, flagByNoiseRate);
        const auto also = prune(p, given, joint, options, flagByClass);
        for (std::size_t i = 0; i < flag.size(); ++i) flag[i] &= also[i];
        return flag;
    }
    case IssueFilter::ConfidentLearning:
        return joint.offDiagonal;
    case IssueFilter::PredictedNeqGiven:
        return std::vector<std::uint8_t>(p.rows(), 1);
    case IssueFilter::LowSelfConfidence:
        return lowest(qualities(p, given, LabelQuality::SelfConfidence), joint.estimatedErrors);
    case IssueFilter::LowNormalizedMargin:
        return lowest(qualities(p, given, LabelQuality::NormalizedMargin), joint.estimatedErrors);
    }
    return {};
}

/// Collects what is wrong with a table and names the first few.
class Faults {
public:
    void add(std::size_t row, const std::string& what) {
        if (++m_count <= kNamed) m_text += (m_text.empty() ? "row " : "; row ") + std::to_string(row) + ": " + what;
    }
    [[nodiscard]] bool any() const { return m_count > 0; }
    [[nodiscard]] std::string text() const {
        return m_count <= kNamed ? m_text : m_text + "; and " + withThousands(m_count - kNamed) + " more";
    }

private:
    std::size_t m_count = 0;
    std::string m_text;
};

} // namespace

std::vector<double> ConfidentJoint::noiseMatrix() const {
    std::vector<double> matrix(classes * classes);
    for (std::size_t k = 0; k < classes; ++k) {
        double column = 0;
        for (std::size_t j = 0; j < classes; ++j) column += double(at(j, k));
        for (std::size_t j = 0; j < classes; ++j) matrix[j * classes + k] = column > 0 ? double(at(j, k)) / column : 0;
    }
    return matrix;
}

Status checkProbabilities(const Probabilities& p, std::span<const Label> given) {
    if (p.classes < 2) return fail(ErrorCode::InvalidArgument, "probabilities need at least two classes");
    if (p.values.empty()) return fail(ErrorCode::Numeric, "there are no probabilities");
    if (p.values.size() % p.classes != 0)
        return fail(ErrorCode::InvalidArgument, "the last row of probabilities is cut off");
    if (given.size() != p.rows())
        return fail(ErrorCode::InvalidArgument, "there must be one row of probabilities for every label",
                    withThousands(given.size()) + " labels, " + withThousands(p.rows()) + " rows");
    Faults faults;
    for (std::size_t i = 0; i < p.rows(); ++i) {
        const auto row = p.row(i);
        double sum = 0, least = row[0], most = row[0];
        for (const double v : row) {
            sum += v;
            least = v < least ? v : least;
            most = v > most ? v : most;
        }
        const bool label = given[i] >= 0 && std::size_t(given[i]) < p.classes;
        if (label && least >= 0 && most <= 1 + kRowSlack && std::abs(sum - 1) <= kRowSlack) continue;
        if (!label) {
            faults.add(i, "label " + std::to_string(given[i]) + " is outside 0 to " + std::to_string(p.classes - 1));
            continue;
        }
        const auto bad = std::find_if(row.begin(), row.end(), [](double v) { return !(v >= 0 && v <= 1 + kRowSlack); });
        faults.add(i, bad != row.end() ? "column " + std::to_string(bad - row.begin()) + " is " + formatNumber(*bad)
                                       : "its sum is " + formatNumber(sum));
    }
    if (!faults.any()) return {};
    return fail(ErrorCode::Numeric,
                "the probabilities cannot be used: each must lie between 0 and 1, each row must sum to 1, and each "
                "label must be one of the columns",
                faults.text());
}

Status normaliseRows(std::span<double> values, std::size_t classes) {
    if (classes == 0 || values.size() % classes != 0)
        return fail(ErrorCode::InvalidArgument, "the last row of probabilities is cut off");
    for (std::size_t i = 0; i < values.size(); i += classes) {
        const auto row = values.subspan(i, classes);
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        const bool good = std::all_of(row.begin(), row.end(), [](double v) { return v >= 0; });
        if (!good || !(sum > 0) || !std::isfinite(sum))
            return fail(ErrorCode::Numeric,
                        "a row that holds a negative number, no number or only zeros cannot be "
                        "made to sum to 1",
                        "row " + std::to_string(i / classes));
    }
    for (std::size_t i = 0; i < values.size(); i += classes) {
        const auto row = values.subspan(i, classes);
        const double sum = std::accumulate(row.begin(), row.end(), 0.0);
        for (double& v : row) v /= sum;
    }
    return {};
}

Result<ConfidentJoint> confidentJoint(const Probabilities& probabilities, std::span<const Label> givenLabels) {
    ASSAY_CHECK_STATUS(checkProbabilities(probabilities, givenLabels));
    return jointOf(probabilities, givenLabels);
}

std::string_view issueFilterName(IssueFilter filter) {
    return kFilters[std::size_t(filter)].second;
}
std::string_view labelQualityName(LabelQuality kind) {
    return kQualities[std::size_t(kind)].second;
}
Result<IssueFilter> parseIssueFilter(std::string_view name) {
    return parseFrom(kFilters, name, "filter");
}
Result<LabelQuality> parseLabelQuality(std::string_view name) {
    return parseFrom(kQualities, name, "ranking");
}
std::vector<std::string> issueFilterNames() {
    return namesOf(kFilters);
}
std::vector<std::string> labelQualityNames() {
    return namesOf(kQualities);
}

Result<std::vector<float>> labelQuality(const Probabilities& probabilities, std::span<const Label> givenLabels,
                                        LabelQuality kind, bool adjust) {
    ASSAY_CHECK_STATUS(checkProbabilities(probabilities, givenLabels));
    if (!adjust) return qualities(probabilities, givenLabels, kind);
    std::vector<double> thresholds = jointOf(probabilities, givenLabels).thresholds;
    double most = 0;
    for (double& t : thresholds) {
        if (t == kNeverReached) t = 0; // a class without samples is left where it is
        most = std::max(most, t);
    }
    std::vector<float> scores(probabilities.rows());
    std::vector<double> row(probabilities.classes);
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const auto from = probabilities.row(i);
        double sum = 0;
        for (std::size_t k = 0; k < row.size(); ++k) sum += row[k] = from[k] - thresholds[k] + most;
        for (double& v : row) v /= sum;
        scores[i] = float(quality(row, givenLabels[i], kind));
    }
    return scores;
}

Result<LabelIssues> findLabelIssues(const Probabilities& probabilities, std::span<const Label> givenLabels,
                                    const IssueOptions& options) {
    if (options.minExamplesPerClass < 0 || !(options.fracNoise >= 0 && options.fracNoise <= 1))
        return fail(ErrorCode::InvalidArgument,
                    "the least number per class is 0 or more, and the share of noise between 0 and 1");
    LabelIssues found;
    ASSAY_TRY(found.joint, confidentJoint(probabilities, givenLabels));
    const auto flag = flagged(probabilities, givenLabels, found.joint, options);
    for (std::size_t i = 0; i < flag.size(); ++i) {
        const auto row = probabilities.row(i);
        if (flag[i] && predictsOther(row, givenLabels[i]))
            found.issues.push_back(
                {i, givenLabels[i], Label(argmax(row)), float(quality(row, givenLabels[i], options.rankBy))});
    }
    std::stable_sort(found.issues.begin(), found.issues.end(),
                     [](const LabelIssue& a, const LabelIssue& b) { return a.score < b.score; });
    return found;
}

} // namespace assay::stats
