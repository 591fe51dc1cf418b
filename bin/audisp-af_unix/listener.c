/*
 * A socket for others to connect to. A crash leaves the old one behind, and a second instance must
 * not take the place of one that works: so somebody has to be asked whether he is there. The new
 * socket is made beside the old one, gets its mode, and takes the name by rename(2): there is no
 * moment with a wrong mode, and none without a socket.
 */
#include "audisp-af_unix/app.h"

#include <errno.h>
#include <stdio.h>

#define BACKLOG 16

static int make_address(const char *path, struct sockaddr_un *out, struct err *e)
{
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (path[0] != '/')
		return err_set(e, "%s is no absolute path", path);
	if (!sv_to_cstr(sv_cstr(path), out->sun_path, sizeof(out->sun_path)))
		return err_set(e, "%s is longer than a socket's path can be (%zu bytes)", path,
			       sizeof(out->sun_path) - 1);
	return 0;
}

/* Whoever may write in its folder may take the socket's place and serve what he likes. */
static int check_folder(const char *path, struct err *e)
{
	char folder[sizeof(((struct sockaddr_un *)NULL)->sun_path)];
	struct stat st;
	size_t n = (size_t)(strrchr(path, '/') - path);

	if (!sv_to_cstr(sv_make(path, n ? n : 1), folder, sizeof(folder)))
		return err_set(e, "%s is no path", path);
	if (strcmp(folder, PLUGIN_RUN_FOLDER) == 0)
		(void)!mkdir(folder, 0750); /* it is ours, and gone after each boot */
	if (stat(folder, &st) != 0)
		return err_sys(e, "cannot look at the folder %s", folder);
	if (!S_ISDIR(st.st_mode))
		return err_set(e, "%s is no folder", folder);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, "the folder %s belongs to somebody else", folder);
	if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
		return err_set(e, "the folder %s is writable by everyone: chmod o-w %s", folder,
			       folder);
	return 0;
}

static int check_former(const struct sockaddr_un *address, struct err *e)
{
	const char *path = address->sun_path;
	struct stat st;
	CLEAN_FD int fd = -1;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? 0 : err_sys(e, "cannot look at %s", path);
	if (!S_ISSOCK(st.st_mode))
		return err_set(e, "%s is there already, and is no socket", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return err_sys(e, "cannot make a socket");
	if (connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0 || errno == EAGAIN)
		return err_set(e, "%s is in use: somebody answers there", path);
	if (errno != ECONNREFUSED && errno != ENOENT)
		return err_sys(e, "cannot see whether %s is in use", path);
	return 0;
}

/* Makes it beside the place that is meant for it, and moves it there. */
static int put_in_place(struct listener *l, const struct sockaddr_un *address, struct err *e)
{
	struct sockaddr_un beside = {.sun_family = AF_UNIX};
	struct stat st;
	mode_t mask;
	int n = snprintf(beside.sun_path, sizeof(beside.sun_path), "%s.%d", address->sun_path,
			 getpid()),
	    status;

	if (n < 0 || (size_t)n >= sizeof(beside.sun_path))
		return err_set(e, "%s is too long a path for a socket", address->sun_path);
	(void)unlink(beside.sun_path); /* of a former process with this number */
	mask = umask(0777);
	status = bind(l->fd, (const struct sockaddr *)&beside, sizeof(beside));
	(void)umask(mask);
	if (status != 0)
		return err_sys(e, "cannot make the socket %s", beside.sun_path);
	if (chmod(beside.sun_path, l->mode) != 0 || lstat(beside.sun_path, &st) != 0 ||
	    listen(l->fd, BACKLOG) != 0 || rename(beside.sun_path, address->sun_path) != 0) {
		status = err_sys(e, "cannot listen at %s", address->sun_path);
		(void)unlink(beside.sun_path);
		return status;
	}
	l->device = st.st_dev;
	l->inode = st.st_ino;
	return 0;
}

int listener_open(struct listener *l, const char *path, mode_t mode, struct err *e)
{
	struct sockaddr_un address;

	*l = (struct listener){.fd = -1, .mode = mode};
	if (make_address(path, &address, e) != 0 || check_folder(path, e) != 0 ||
	    check_former(&address, e) != 0)
		return -1;
	(void)sv_to_cstr(sv_cstr(path), l->path, sizeof(l->path));
	l->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->fd < 0)
		return err_sys(e, "cannot make a socket");
	if (put_in_place(l, &address, e) == 0)
		return 0;
	close_fd(&l->fd);
	l->fd = -1;
	return -1;
}

void listener_close(struct listener *l)
{
	struct stat st;

	if (l->fd < 0)
		return;
	if (lstat(l->path, &st) == 0 && st.st_dev == l->device && st.st_ino == l->inode)
		(void)unlink(l->path);
	close_fd(&l->fd);
	l->fd = -1;
}
