/* Puts the process under a locale whose decimal point is a comma, as a host program may. */
#ifndef COMMA_LOCALE_H
#define COMMA_LOCALE_H

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* What localedef needs: the 128 ASCII characters, and a comma where numbers have their point. */
static inline bool write_locale_sources(void)
{
    FILE *map = fopen("ascii.map", "w");
    FILE *source = fopen("comma.src", "w");
    bool opened = map && source;
    if (opened) {
        fputs("<code_set_name> ASCII\n<comment_char> %\n<escape_char> /\nCHARMAP\n", map);
        for (int i = 0; i < 128; i++)
            fprintf(map, "<U%04X> /x%02x C\n", i, i);
        fputs("END CHARMAP\n", map);
        fputs("comment_char %\nescape_char /\nLC_NUMERIC\ndecimal_point \",\"\n"
              "thousands_sep \".\"\ngrouping 3;3\nEND LC_NUMERIC\n",
              source);
    }
    if (map)
        fclose(map);
    if (source)
        fclose(source);
    return opened;
}

/* Makes a locale of our own with glibc's localedef, for systems that have no other installed. */
static inline bool make_comma_locale(void)
{
    char folder[] = "/tmp/comma-locale-XXXXXX";
    char before[4096];
    if (!getcwd(before, sizeof before) || !mkdtemp(folder) || chdir(folder) != 0)
        return false;
    bool made = false;
    if (write_locale_sources()) {
        /* It ends with 1 for its warnings about the categories that were left out. */
        (void)!system("localedef -c -f ./ascii.map -i comma.src ./comma >/dev/null 2>&1");
        setenv("LOCPATH", folder, 1);
        made = setlocale(LC_NUMERIC, "comma") != NULL;
        (void)!system("rm -rf ./comma ascii.map comma.src");
    }
    if (chdir(before) == 0)
        rmdir(folder);
    return made;
}

/* False, with a word to the reader, where the system has no such locale and can't make one. */
static inline bool use_comma_locale(void)
{
    static const char *const names[] = {"de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE"};
    bool used = false;
    for (size_t i = 0; i < sizeof names / sizeof *names && !used; i++)
        used = setlocale(LC_NUMERIC, names[i]) != NULL;
    if (!used)
        used = make_comma_locale();
    if (!used)
        puts("no locale with a decimal comma here: what depends on it was not tested");
    return used;
}

#endif
