#!/usr/bin/env bash
# Take the pictures of the tutorials again: the page that their draw gives, in a headless browser.
#
#     bash docs/example/pictures.sh        needs chromium, and `sortition` on the path
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

for page in ../tutorial.md ../nl/handleiding.md; do
    language=$([ "$page" = ../tutorial.md ] && echo en || echo nl)
    cp aanmeldingen.xlsx "$folder"
    {
        sed -n '/^<!-- file project.toml -->$/,/^```$/p' "$page" | sed '1,2d;$d' |
            sed 's/^size = 20/size = 20\nduplicates = "keep-last"/'
        printf '\n[columns.Opleiding]\naliases = { "theoretisch opgeleid" = "theoretisch" }\n'
    } > "$folder/project.toml"
    sortition lottery "$folder/project.toml" --out "$folder/$language" --quiet
    sortition draw "$folder/$language" --ticket 417 --quiet
    chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=820,1180 \
        --screenshot="$folder/$language.png" "file://$folder/$language/report.html" 2> "$folder/log"
done
mv "$folder/en.png" ../img/tutorial-report.png
mv "$folder/nl.png" ../img/tutorial-report-nl.png
