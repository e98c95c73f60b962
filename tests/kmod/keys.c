// SPDX-License-Identifier: GPL-2.0
/* A keyboard: echo 30 >/sys/module/keys/parameters/type has the key of that code pressed. */
#include <linux/input.h>
#include <linux/module.h>

static struct input_dev *device;

static int type(const char *text, const struct kernel_param *unused)
{
	unsigned int code;
	int ret = kstrtouint(text, 0, &code);

	if (ret)
		return ret;
	if (!device || code > KEY_MAX)
		return -EINVAL;
	for (int pressed = 1; pressed >= 0; pressed--) {
		input_report_key(device, code, pressed);
		input_sync(device);
	}
	return 0;
}

static const struct kernel_param_ops type_ops = { .set = type };
module_param_cb(type, &type_ops, NULL, 0200);

static int __init keys_open(void)
{
	int ret;

	device = input_allocate_device();
	if (!device)
		return -ENOMEM;
	device->name = "keys of a test";
	device->evbit[0] = BIT_MASK(EV_KEY);
	for (unsigned int code = KEY_ESC; code <= KEY_MICMUTE; code++)
		__set_bit(code, device->keybit);
	ret = input_register_device(device);
	if (ret)
		input_free_device(device);
	return ret;
}

static void __exit keys_close(void)
{
	input_unregister_device(device);
}

module_init(keys_open);
module_exit(keys_close);

MODULE_DESCRIPTION("Keys that are pressed for a test");
MODULE_LICENSE("GPL");
