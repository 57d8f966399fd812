// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/review/inspector.h"

#include "core/base/text.h"
#include "ui/gallery/gallery_panel.h"
#include "ui/gallery/tile_delegate.h"
#include "ui/models/gallery_model.h"
#include "ui/plots/loss_sparkline.h"
#include "ui/review/exemplars.h"
#include "ui/review/picture_view.h"
#include "ui/review/reason_text.h"
#include "ui/review/sample_strip.h"
#include "ui/session/duplicate_finder.h"
#include "ui/session/loss_history.h"
#include "ui/session/neighbour_finder.h"
#include "ui/session/thumbnail_service.h"
#include "ui/session/workspace.h"

#include <QDateTime>
#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QListWidget>
#include <QLocale>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace assay::ui {

namespace {

constexpr std::size_t kExemplars = 5;
constexpr int kPictureSide = 168; // six times 28

QString coloured(const QString& sign, const QColor& colour, const QString& text) {
    return QStringLiteral("<span style='color:%1'>%2</span>&nbsp;<b>%3</b>")
        .arg(colour.name(), sign, text.toHtmlEscaped());
}

} // namespace

Inspector::Inspector(Workspace& workspace, ThumbnailService& thumbnails, GalleryPanel& gallery, QWidget* parent)
    : QScrollArea(parent), m_workspace(workspace), m_thumbnails(thumbnails), m_gallery(gallery),
      m_history(new LossHistory(workspace, this)), m_finder(new NeighbourFinder(workspace, this)),
      m_duplicateFinder(new DuplicateFinder(workspace, this)) {
    setObjectName(QStringLiteral("inspector"));
    setAccessibleName(tr("Inspector"));
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    buildUi();
    connect(&workspace, &Workspace::focusChanged, this, &Inspector::show);
    connect(&workspace, &Workspace::currentRunChanged, this, &Inspector::show);
    connect(&workspace, &Workspace::epochOnShowChanged, this, [this] {
        m_exemplarsOld = true;
        show();
    });
    connect(&workspace, &Workspace::decisionsChanged, this, &Inspector::showDecisions);
    connect(&workspace, &Workspace::viewChanged, this, &Inspector::showNeighbours);
    connect(&thumbnails, &ThumbnailService::pictureArrived, this, [this](SampleIndex sample) {
        if (m_workspace.focus() == sample) showPicture();
    });
    for (const auto signal : {&Workspace::detectorsJoined, &Workspace::auditChanged})
        connect(&workspace, signal, this, [this] {
            showLabels();
            showLikeliest();
            showHistory();
        });
    connect(&workspace, &Workspace::labelsReady, this, [this] { show(); });
    connect(m_finder, &NeighbourFinder::changed, this, [this] {
        showNearest();
        showExemplars();
        showHistory();
    });
    connect(m_history, &LossHistory::changed, this, &Inspector::showHistory);
    connect(m_duplicateFinder, &DuplicateFinder::changed, this, &Inspector::showDuplicates);
    show();
}

void Inspector::buildUi() {
    auto* page = new QWidget(this);
    m_picture = new PictureView(page);
    m_picture->setObjectName(QStringLiteral("inspectorPicture"));
    m_picture->setFixedSize(kPictureSide, kPictureSide);
    connect(m_picture, &PictureView::doubleClicked, this, &Inspector::reviewRequested);
    const auto label = [page](const QString& name) {
        auto* text = new QLabel(page);
        text->setObjectName(name);
        text->setWordWrap(true);
        text->setTextInteractionFlags(Qt::TextSelectableByMouse);
        return text;
    };
    m_name = label(QStringLiteral("inspectorName"));
    m_given = label(QStringLiteral("inspectorGiven"));
    m_suggested = label(QStringLiteral("inspectorSuggested"));
    m_pNoisy = label(QStringLiteral("inspectorPNoisy"));
    m_truth = label(QStringLiteral("inspectorTruth"));
    m_truthButton = new QToolButton(page);
    m_truthButton->setObjectName(QStringLiteral("truthButton"));
    m_truthButton->setText(tr("truth"));
    m_truthButton->setCheckable(true);
    m_truthButton->setToolTip(tr("Show the true label where it is known"));
    connect(m_truthButton, &QToolButton::toggled, this, &Inspector::showLabels);
    m_reason = label(QStringLiteral("inspectorReason"));
    m_likeliestTitle = label(QStringLiteral("inspectorLikeliestTitle"));
    auto* likeliest = new QHBoxLayout;
    likeliest->setSpacing(4);
    for (int place = 0; place < int(m_likeliest.size()); ++place) {
        auto* button = new QToolButton(page);
        button->setObjectName(QStringLiteral("likeliest%1").arg(place + 1));
        button->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        connect(button, &QToolButton::clicked, this, [this, place] { Q_EMIT guessChosen(place); });
        likeliest->addWidget(button, 1);
        m_likeliest[std::size_t(place)] = button;
    }
    m_learning = label(QStringLiteral("inspectorLearning"));
    m_sparkline = new LossSparkline(page);
    m_sparkline->setObjectName(QStringLiteral("inspectorSparkline"));
    connect(m_sparkline, &LossSparkline::epochClicked, &m_workspace, &Workspace::showEpoch);
    m_givenTitle = label(QStringLiteral("inspectorGivenTitle"));
    m_suggestedTitle = label(QStringLiteral("inspectorSuggestedTitle"));
    m_givenStrip = new SampleStrip(m_thumbnails, page);
    m_givenStrip->setObjectName(QStringLiteral("givenExemplars"));
    m_suggestedStrip = new SampleStrip(m_thumbnails, page);
    m_suggestedStrip->setObjectName(QStringLiteral("suggestedExemplars"));
    m_nearestTitle = label(QStringLiteral("inspectorNearestTitle"));
    m_nearest = new SampleStrip(m_thumbnails, page, 2);
    m_nearest->setObjectName(QStringLiteral("nearestPictures"));
    connect(m_nearest, &SampleStrip::clicked, &m_workspace,
            [this](SampleIndex sample) { m_workspace.setFocus(sample); });
    m_duplicatesTitle = label(QStringLiteral("inspectorDuplicatesTitle"));
    m_duplicates = new SampleStrip(m_thumbnails, page);
    m_duplicates->setObjectName(QStringLiteral("samePictures"));
    connect(m_duplicates, &SampleStrip::clicked, &m_workspace,
            [this](SampleIndex sample) { m_workspace.setFocus(sample); });
    m_neighbours = new SampleStrip(m_thumbnails, page);
    m_neighbours->setObjectName(QStringLiteral("queueNeighbours"));
    connect(m_neighbours, &SampleStrip::clicked, this, [this](SampleIndex sample) {
        if (const auto row = m_gallery.model()->rowOf(sample)) m_gallery.goToRow(*row);
    });
    m_decisions = new QListWidget(page);
    m_decisions->setObjectName(QStringLiteral("inspectorDecisions"));
    m_decisions->setAccessibleName(tr("Decisions on this sample"));
    m_decisions->setMaximumHeight(72);
    m_decisions->setFocusPolicy(Qt::NoFocus);

    auto* labels = new QVBoxLayout;
    labels->setSpacing(2);
    labels->addWidget(m_given);
    labels->addWidget(m_suggested);
    labels->addWidget(m_pNoisy);
    labels->addWidget(m_truth);
    labels->addWidget(m_truthButton);
    labels->addStretch();
    auto* top = new QHBoxLayout;
    top->setSpacing(10);
    top->addWidget(m_picture);
    top->addLayout(labels, 1);

    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(8, 6, 8, 8);
    layout->setSpacing(5);
    layout->addLayout(top);
    layout->addWidget(m_name);
    layout->addWidget(m_duplicatesTitle);
    layout->addWidget(m_duplicates);
    layout->addWidget(m_likeliestTitle);
    layout->addLayout(likeliest);
    layout->addWidget(m_reason);
    m_sparklineTitle = new QLabel(tr("Loss over the epochs, and both components"), page);
    layout->addWidget(m_sparklineTitle);
    layout->addWidget(m_sparkline);
    layout->addWidget(m_learning);
    layout->addWidget(m_givenTitle);
    layout->addWidget(m_givenStrip);
    layout->addWidget(m_suggestedTitle);
    layout->addWidget(m_suggestedStrip);
    layout->addWidget(m_nearestTitle);
    layout->addWidget(m_nearest);
    layout->addWidget(new QLabel(tr("Neighbours in the queue"), page));
    layout->addWidget(m_neighbours);
    layout->addWidget(new QLabel(tr("Decisions so far"), page));
    layout->addWidget(m_decisions);
    layout->addStretch(1);
    setWidget(page);
    setMinimumWidth(290);
}

void Inspector::changeEvent(QEvent* event) {
    QScrollArea::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_given != nullptr) showLabels();
}

bool Inspector::truthShown() const { return m_truthButton->isChecked(); }

void Inspector::setTruthShown(bool shown) { m_truthButton->setChecked(shown); }

QString Inspector::reason() const { return m_reason->text(); }

void Inspector::show() {
    const auto focus = m_workspace.focus();
    widget()->setEnabled(focus.has_value());
    showPicture();
    showLabels();
    showLikeliest();
    showHistory();
    showExemplars();
    showNearest();
    showDuplicates();
    showNeighbours();
    showDecisions();
}

void Inspector::showPicture() {
    const auto focus = m_workspace.focus();
    if (!focus) {
        m_picture->setPicture({}, tr("Choose a picture in the gallery."));
        m_name->clear();
        return;
    }
    const QImage picture = m_thumbnails.picture(*focus);
    m_picture->setPicture(picture, m_thumbnails.pictureProblem(*focus));
    const auto dataset = m_workspace.dataset();
    QString text = QString::fromStdString(escapeForDisplay(dataset->names[focus->value]));
    text += QStringLiteral(" · %1").arg(QString::fromUtf8(splitName(dataset->splits[focus->value]).data()));
    if (!picture.isNull()) text += QStringLiteral(" · %1 × %2").arg(picture.width()).arg(picture.height());
    m_name->setText(text);
}

void Inspector::showLabels() {
    const auto focus = m_workspace.focus();
    for (QLabel* label : {m_given, m_suggested, m_pNoisy, m_truth}) label->clear();
    if (!focus) return;
    const PlotTheme theme = PlotTheme::fromPalette(palette());
    const QLocale locale;
    const Label given = m_workspace.baseLabel(*focus);
    m_given->setText(tr("given") + QStringLiteral("<br>") +
                     (given == kNoLabel
                          ? tr("no label")
                          : coloured(QStringLiteral("●"), theme.cleanText, className(m_workspace, given))));
    const Label suggested = m_workspace.suggestedLabel(*focus);
    if (suggested != kNoLabel) {
        const float confidence = suggestionProbability(m_workspace, *focus);
        const QString kind = !m_workspace.suggestsPseudoLabel(*focus)      ? tr("suggested")
                             : m_workspace.pseudoLabel(*focus) == kNoLabel ? tr("pseudo-label, not accepted")
                                                                           : tr("pseudo-label");
        QString text = kind + QStringLiteral("<br>") +
                       coloured(QStringLiteral("◆"), theme.suspectText, className(m_workspace, suggested));
        if (std::isfinite(confidence)) text += QLatin1Char(' ') + locale.toString(double(confidence), 'f', 2);
        m_suggested->setText(text);
    } else if (m_workspace.currentEvidence()) {
        m_suggested->setText(tr("no other label suggested"));
    }
    const float p = m_workspace.values(QStringLiteral("p-noisy"))[focus->value];
    if (std::isfinite(p)) m_pNoisy->setText(tr("p(noisy)\u00a0%1").arg(locale.toString(double(p), 'f', 2)));
    m_pNoisy->setToolTip(tr("Probability that the label is wrong: 0 to 1, higher is more suspect"));
    const Label truth = m_workspace.trueLabel(*focus);
    m_truthButton->setVisible(truth != kNoLabel);
    if (truth != kNoLabel && truthShown())
        m_truth->setText(tr("true") +
                         QStringLiteral("<br><b>%1</b>").arg(className(m_workspace, truth).toHtmlEscaped()));
}

void Inspector::showLikeliest() {
    const auto focus = m_workspace.focus();
    const std::vector<ClassGuess> guesses = focus ? m_workspace.likeliest(*focus) : std::vector<ClassGuess>();
    const std::size_t decisions = m_workspace.calibratedOn();
    m_likeliestTitle->setVisible(!guesses.empty());
    m_likeliestTitle->setText(decisions > 0 ? tr("Likeliest, calibrated on %Ln decisions", nullptr, int(decisions))
                              : focus && m_workspace.baseLabel(*focus) == kNoLabel
                                  ? tr("Likeliest, by the run")
                                  : tr("Likeliest, by p(noisy) and the run"));
    const QLocale locale;
    for (std::size_t place = 0; place < m_likeliest.size(); ++place) {
        QToolButton* button = m_likeliest[place];
        button->setVisible(place < guesses.size());
        if (place >= guesses.size()) continue;
        const QString name = className(m_workspace, guesses[place].label),
                      sure = locale.toString(guesses[place].probability, 'f', 2);
        const bool given = guesses[place].label == m_workspace.baseLabel(*focus);
        const int room =
            widget()->width() / int(m_likeliest.size()) - fontMetrics().horizontalAdvance(QStringLiteral("●    "));
        button->setText(QStringLiteral("%1 %2\n%3")
                            .arg(given ? QStringLiteral("●") : QStringLiteral("◆"),
                                 fontMetrics()
                                     .elidedText(name, Qt::ElideRight, std::max(24, room))
                                     .replace(QLatin1Char('&'), QStringLiteral("&&")),
                                 sure));
        button->setAccessibleName(tr("%1, probability %2").arg(name, sure));
        button->setToolTip(
            (given ? tr("%1, probability %2: keep this label (Alt+%3)") : tr("%1, probability %2: relabel (Alt+%3)"))
                .arg(name, sure, QString::number(place + 1)));
    }
}

void Inspector::showHistory() {
    const auto focus = m_workspace.focus();
    const Label given = focus ? m_workspace.baseLabel(*focus) : kNoLabel;
    const bool labelled = given != kNoLabel; // without a label there is neither a loss nor anything to learn of it
    const std::vector<float> losses = labelled ? m_history->of(*focus) : std::vector<float>();
    const std::vector<Label> answers = labelled ? m_history->answers(*focus) : std::vector<Label>();
    std::optional<float> threshold;
    if (const auto& mixture = m_workspace.currentMixture())
        threshold = float(mixture->lossAtPosterior(m_workspace.threshold()));
    for (QWidget* part : {static_cast<QWidget*>(m_sparklineTitle), static_cast<QWidget*>(m_sparkline)})
        part->setVisible(labelled || !focus);
    m_sparkline->setValues(losses, threshold);
    m_sparkline->setMarkedEpoch(m_workspace.currentEpoch());
    std::vector<std::uint8_t> learnt;
    for (const Label answer : answers) learnt.push_back(answer != kNoLabel && answer == given);
    m_sparkline->setLearnt(std::move(learnt));
    const auto& mixture = m_workspace.currentMixture();
    m_sparkline->setComponents(mixture && !mixture->collapsed ? mixture : std::nullopt);
    m_reason->setText(focus ? reasonText(m_workspace, *focus, losses, m_finder->of(*focus)) : QString());
    QStringList sentences;
    if (focus && m_workspace.currentEvidence())
        sentences << componentsText(m_workspace, m_workspace.values(QStringLiteral("loss"))[focus->value])
                  << learningText(learningOf(answers, given));
    sentences.removeAll(QString());
    m_learning->setText(sentences.join(QLatin1Char(' ')));
    m_learning->setVisible(!sentences.isEmpty());
}

void Inspector::showExemplars() {
    const auto focus = m_workspace.focus();
    if (m_exemplarsOld) m_exemplars = exemplars(m_workspace, kExemplars);
    m_exemplarsOld = false;
    const auto show = [&](QLabel* title, SampleStrip* strip, const QString& typical, const QString& nearest,
                          Label label) {
        const bool known = focus && label >= 0 && std::size_t(label) < m_exemplars.size();
        const std::vector<SampleIndex> near = known ? m_finder->exemplars(*focus, label) : std::vector<SampleIndex>();
        title->setText(known ? (near.empty() ? typical : nearest).arg(className(m_workspace, label)) : QString());
        title->setVisible(known);
        strip->setVisible(known);
        strip->setSamples(!known ? std::vector<SampleIndex>() : near.empty() ? m_exemplars[std::size_t(label)] : near);
    };
    show(m_givenTitle, m_givenStrip, tr("Typical %1 (given)"), tr("Sure %1 nearest to it (given)"),
         focus ? m_workspace.baseLabel(*focus) : kNoLabel);
    show(m_suggestedTitle, m_suggestedStrip, tr("Typical %1 (suggested)"), tr("Sure %1 nearest to it (suggested)"),
         focus ? m_workspace.suggestedLabel(*focus) : kNoLabel);
}

void Inspector::nameLabels(SampleStrip& strip, Label given) const {
    QStringList words;
    std::vector<std::uint8_t> loud;
    for (const SampleIndex sample : strip.samples()) {
        const Label label = m_workspace.baseLabel(sample);
        words << className(m_workspace, label);
        loud.push_back(label != given ? 1 : 0);
    }
    strip.setWords(std::move(words), std::move(loud));
}

void Inspector::showDuplicates() {
    const auto focus = m_workspace.focus();
    const bool wanted = focus && m_workspace.filter().score.startsWith(QLatin1String("duplicate-"));
    const std::vector<SampleIndex> same = wanted ? m_duplicateFinder->of(*focus) : std::vector<SampleIndex>();
    m_duplicatesTitle->setVisible(!same.empty());
    m_duplicates->setVisible(!same.empty());
    m_duplicatesTitle->setText(tr("The same picture, %Ln times more", nullptr, int(same.size())));
    m_duplicates->setSamples(same);
    if (focus) nameLabels(*m_duplicates, m_workspace.baseLabel(*focus));
}

void Inspector::showNearest() {
    const auto focus = m_workspace.focus();
    const std::vector<SampleIndex> nearest = focus ? m_finder->of(*focus) : std::vector<SampleIndex>();
    m_nearestTitle->setVisible(!nearest.empty());
    m_nearest->setVisible(!nearest.empty());
    m_nearest->setSamples(nearest);
    if (nearest.empty()) return;
    nameLabels(*m_nearest, m_workspace.baseLabel(*focus));
    const auto [label, count] = commonestLabel(m_workspace, nearest);
    m_nearestTitle->setText(tr("Nearest pictures: %1 of %2 are labelled %3")
                                .arg(count)
                                .arg(nearest.size())
                                .arg(className(m_workspace, label)));
}

void Inspector::showNeighbours() {
    const int row = m_gallery.focusRow(), rows = m_gallery.model()->rowCount();
    std::vector<SampleIndex> samples;
    int marked = -1;
    const int first = std::clamp(row - 2, 0, std::max(0, rows - 5));
    for (int i = first; row >= 0 && i < std::min(rows, first + 5); ++i) {
        if (i == row) marked = int(samples.size());
        samples.push_back(m_gallery.model()->sampleAt(i));
    }
    m_neighbours->setSamples(std::move(samples), marked);
}

void Inspector::showDecisions() {
    m_decisions->clear();
    const auto focus = m_workspace.focus();
    if (!focus) return;
    const std::vector<JournalEntry>& journal = m_workspace.journal();
    for (auto it = journal.rbegin(); it != journal.rend() && m_decisions->count() < 20; ++it) {
        if (it->sample != *focus) continue;
        const QDateTime time = QDateTime::fromString(QString::fromStdString(it->time), Qt::ISODateWithMs).toLocalTime();
        QString text = QStringLiteral("%1  %2 %3")
                           .arg(QLocale().toString(time, QLocale::ShortFormat), verdictSign(it->to.verdict),
                                QString::fromUtf8(verdictName(it->to.verdict).data()));
        if (it->to.verdict == Verdict::Relabel) text += QLatin1Char(' ') + className(m_workspace, it->to.label);
        if (it->undoes) text = tr("%1 (undo)").arg(text);
        m_decisions->addItem(text);
    }
    if (m_decisions->count() == 0) m_decisions->addItem(tr("none"));
}

} // namespace assay::ui
