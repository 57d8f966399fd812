// SPDX-FileCopyrightText: The Assay authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/window/english_plurals.h"

#include <QRegularExpression>

#include <utility>

namespace assay::ui {

QString EnglishPlurals::translate(const char*, const char* source, const char*, int n) const {
    if (n != 1) return {};
    QString text = QString::fromUtf8(source);
    static const QRegularExpression kCounted(QStringLiteral("(%L?n \\w+)s\\b"));
    text.replace(kCounted, QStringLiteral("\\1"));
    static const std::pair<QString, QString> kAgreeing[] = {
        {QStringLiteral("file were"), QStringLiteral("file was")},
        {QStringLiteral("picture have no suggestion other than their"),
         QStringLiteral("picture has no suggestion other than its")}};
    for (const auto& [many, one] : kAgreeing) text.replace(many, one);
    return text;
}

} // namespace assay::ui
