#include "core/http_internal.h"

#include <dirent.h>
#include <pthread.h>

static pthread_once_t once = PTHREAD_ONCE_INIT;
static CURLcode global_result;
static const char *ca_folder;
static unsigned curl_version_number;

/* Whether a folder has an entry such as "002c0b4f.0", as `openssl rehash` names certificates. */
static bool is_hashed_folder(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return false;
    bool found = false;
    for (struct dirent *entry; !found && (entry = readdir(folder));)
        found = strlen(entry->d_name) == 10 && strspn(entry->d_name, "0123456789abcdef") == 8 &&
                strcmp(entry->d_name + 8, ".0") == 0;
    closedir(folder);
    return found;
}

/* OpenSSL reads a hashed folder one certificate at a time, as needed; reading the whole bundle
 * costs 30 ms at the first connection. */
static const char *find_ca_folder(void)
{
    static const char *const folders[] = {
        "/etc/ssl/certs",                                  /* Debian, SUSE, Alpine, Arch */
        "/etc/pki/ca-trust/extracted/pem/directory-hash"}; /* Fedora */
    const char *tls = curl_version_info(CURLVERSION_NOW)->ssl_version;
    if (!tls || strncmp(tls, "OpenSSL/", 8) != 0)
        return NULL;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (is_hashed_folder(folders[i]))
            return folders[i];
    return NULL;
}

static void start_process(void)
{
    global_result = curl_global_init(CURL_GLOBAL_DEFAULT);
    curl_version_number = curl_version_info(CURLVERSION_NOW)->version_num;
    if (global_result == CURLE_OK)
        ca_folder = find_ca_folder();
}

bool rek_http_start_process(void)
{
    return pthread_once(&once, start_process) == 0 && global_result == CURLE_OK;
}

unsigned rek_http_curl_version(void)
{
    return curl_version_number;
}

const char *rek_http_ca_folder(void)
{
    return ca_folder;
}
