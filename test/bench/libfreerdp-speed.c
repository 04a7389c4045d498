/*
 * The measure of `decoders.ts`: libfreerdp 2 decodes a file again and again, in one context and into one picture.
 *
 *     libfreerdp-speed dec <codec> <p1> <p2> <width> <height> <input file> <output file> <iterations>
 *
 * prints the milliseconds of CPU that decoding has taken. Codecs and parameters are those of `decoders.ts`. Input of `clear`:
 * u16 width, u16 height, u32 length and a stream, repeated; of `bulk`: u32 flags, u32 length and a packet. Built by `decoders.ts` where gcc and freerdp2-dev are there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <freerdp/freerdp.h>
#include <freerdp/primitives.h>
#include <freerdp/codec/clear.h>
#include <freerdp/codec/color.h>
#include <freerdp/codec/interleaved.h>
#include <freerdp/codec/mppc.h>
#include <freerdp/codec/ncrush.h>
#include <freerdp/codec/nsc.h>
#include <freerdp/codec/planar.h>
#include <freerdp/codec/progressive.h>
#include <freerdp/codec/rfx.h>
#include <freerdp/codec/xcrush.h>
#include <freerdp/codec/zgfx.h>

#define PIXELS PIXEL_FORMAT_BGRX32

static BYTE* input;
static UINT32 inputLength;
static BYTE* picture;
static UINT32 width, height, stride;
static int p1, p2;

static void fail(const char* what)
{
	fprintf(stderr, "libfreerdp-speed: %s\n", what);
	exit(3);
}

static UINT32 u32(const BYTE* at) { return at[0] | at[1] << 8 | at[2] << 16 | (UINT32)at[3] << 24; }

static double milliseconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1e3 + now.tv_nsec / 1e6;
}

static void readInput(const char* path)
{
	FILE* file = fopen(path, "rb");
	if (!file) fail("no input");
	fseek(file, 0, SEEK_END);
	inputLength = (UINT32)ftell(file);
	rewind(file);
	input = calloc(1, inputLength + 64);
	if (!input || fread(input, 1, inputLength, file) != inputLength) fail("no input");
	fclose(file);
}

static void rle(void* context)
{
	if (!interleaved_decompress(context, input, inputLength, width, height, p1, picture, PIXELS, stride, 0, 0, width, height, NULL))
		fail("rle");
}

static void planar(void* context)
{
	if (!planar_decompress(context, input, inputLength, width, height, picture, PIXELS, stride, 0, 0, width, height, p2))
		fail("planar");
}

static void nsc(void* context)
{
	if (!nsc_process_message(context, 32, width, height, input, inputLength, picture, PIXELS, stride, 0, 0, width, height,
	                         FREERDP_FLIP_VERTICAL))
		fail("nsc");
}

static void rfx(void* context)
{
	REGION16 region;
	region16_init(&region);
	if (!rfx_process_message(context, input, inputLength, 0, 0, picture, PIXELS, stride, height, &region)) fail("rfx");
	region16_uninit(&region);
}

static void progressive(void* context)
{
	static UINT32 frame;
	REGION16 region;
	region16_init(&region);
	frame++;
	if (progressive_decompress_ex(context, input, inputLength, picture, PIXELS, stride, 0, 0, &region, 1, frame) < 0)
		fail("progressive");
	region16_uninit(&region);
}

/* Streams are numbered anew each time: a context counts them. */
static void clear(void* context)
{
	static BYTE number;
	UINT32 at = 0;
	while (at + 8 <= inputLength)
	{
		UINT32 w = input[at] | input[at + 1] << 8, h = input[at + 2] | input[at + 3] << 8, length = u32(input + at + 4);
		input[at + 9] = number++;
		if (clear_decompress(context, input + at + 8, length, w, h, picture, PIXELS, stride, 0, 0, width, height, NULL) < 0)
			fail("clear");
		at += 8 + length;
	}
}

static void zgfx(void* context)
{
	BYTE* out = NULL;
	UINT32 length = 0;
	zgfx_context_reset(context, FALSE);
	if (zgfx_decompress(context, input, inputLength, &out, &length, 0) < 0) fail("zgfx");
	free(out);
}

/* p1 is the type: 0 and 1 are MPPC, 2 NCRUSH, 3 XCRUSH. */
static void bulk(void* context)
{
	UINT32 at = 0;
	if (p1 < 2) mppc_context_reset(context, FALSE);
	else if (p1 == 2) ncrush_context_reset(context, FALSE);
	else xcrush_context_reset(context, FALSE);
	while (at + 8 <= inputLength)
	{
		UINT32 flags = u32(input + at), length = u32(input + at + 4), size = 0;
		BYTE *packet = input + at + 8, *out = NULL;
		int done = 0;
		at += 8 + length;
		if (!(flags & 0xE0)) continue;
		if (p1 < 2) done = mppc_decompress(context, packet, length, &out, &size, flags);
		else if (p1 == 2) done = ncrush_decompress(context, packet, length, &out, &size, flags);
		else done = xcrush_decompress(context, packet, length, &out, &size, flags);
		if (done < 0) fail("bulk");
	}
}

/* The whole picture to planes, as an encoder wants them. */
static void i420(void* context)
{
	static BYTE* planes[3];
	UINT32 strides[3] = { width, width / 2, width / 2 };
	prim_size_t size = { width, height };
	if (!planes[0])
		for (int plane = 0; plane < 3; plane++) planes[plane] = calloc(1, (size_t)width * height + 64);
	if (((primitives_t*)context)->RGBToYUV420_8u_P3AC4R(input, PIXELS, width * 4, planes, strides, &size) < 0) fail("i420");
}

typedef void (*Decode)(void* context);

static Decode begin(const char* codec, void** context)
{
	if (!strcmp(codec, "rle")) return *context = bitmap_interleaved_context_new(FALSE), rle;
	if (!strcmp(codec, "planar")) return *context = freerdp_bitmap_planar_context_new(0, width, height), planar;
	if (!strcmp(codec, "clear")) return *context = clear_context_new(FALSE), clear;
	if (!strcmp(codec, "zgfx")) return *context = zgfx_context_new(FALSE), zgfx;
	if (!strcmp(codec, "i420")) return *context = primitives_get(), i420;
	if (!strcmp(codec, "nsc"))
	{
		*context = nsc_context_new();
		nsc_context_reset(*context, width, height);
		nsc_context_set_parameters(*context, NSC_COLOR_FORMAT, PIXELS);
		return nsc;
	}
	if (!strcmp(codec, "rfx"))
	{
		*context = rfx_context_new(FALSE);
		rfx_context_reset(*context, width, height);
		return rfx;
	}
	if (!strcmp(codec, "progressive"))
	{
		*context = progressive_context_new(FALSE);
		progressive_create_surface_context(*context, 1, width, height);
		return progressive;
	}
	if (!strcmp(codec, "bulk"))
	{
		if (p1 < 2) *context = mppc_context_new(p1, FALSE);
		else *context = p1 == 2 ? (void*)ncrush_context_new(FALSE) : (void*)xcrush_context_new(FALSE);
		return bulk;
	}
	fail("unknown codec");
	return NULL;
}

int main(int count, char** arguments)
{
	if (count != 10 || strcmp(arguments[1], "dec")) fail("see the comment at the top of its source");
	p1 = atoi(arguments[3]);
	p2 = atoi(arguments[4]);
	width = (UINT32)atoi(arguments[5]);
	height = (UINT32)atoi(arguments[6]);
	stride = width * 4;
	picture = calloc(1, (size_t)stride * height + 65536);
	readInput(arguments[7]);
	void* context = NULL;
	Decode decode = begin(arguments[2], &context);
	if (!context || !picture) fail("no memory");
	decode(context);
	double startedAt = milliseconds();
	for (int left = atoi(arguments[9]); left > 0; left--) decode(context);
	printf("%.3f\n", milliseconds() - startedAt);
	FILE* output = fopen(arguments[8], "wb");
	if (!output || fwrite(picture, 4, (size_t)width * height, output) != (size_t)width * height) fail("no output");
	fclose(output);
	return 0;
}
