// Convolution by oneDNN for XLA programs on the CPU: forward, and the gradients of the input and of the kernel.
//
// XLA's own CPU convolution is slow, and does not use the bfloat16 units of recent processors; oneDNN's does. Images are
// dense NHWC, kernels float32 HWIO; padding is (kernel size - 1) / 2 on each side. The arithmetic is that of the images'
// type (float32, or bfloat16 with float32 sums); results are float32. onednn_library.py builds and registers this file.
//
// oneDNN wants kernels in layouts of its own. For one image, bringing them into it takes as long as the convolution, so
// those of a network that no longer learns are kept in it.

#include <omp.h>

#include <cstdint>
#include <map>
#include <mutex>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "dnnl.hpp"
#include "xla/ffi/api/ffi.h"

namespace {

namespace ffi = xla::ffi;
using dnnl::memory;

enum class Task { kForward, kInputGradient, kKernelGradient };

struct Plan {
  dnnl::primitive primitive;
  memory kernel;  // in the layout that the primitive chose
  memory::desc scratchpad;
};

const dnnl::engine& Engine() {
  static const auto* engine = new dnnl::engine(dnnl::engine::kind::cpu, 0);  // see OneDnnFor
  return *engine;
}

// A stream, and what is done in it.
struct OneDnn {
  std::mutex lock;
  dnnl::stream stream{Engine()};
  std::map<std::vector<int64_t>, Plan> plans;
  // Given to every primitive, which come one at a time. oneDNN's own belongs to the thread that made the primitive: in
  // another of XLA's threads it may be too small, and what lies behind it is overwritten.
  memory scratchpad;
};

// XLA may run independent calls at once. Those that start threads of their own share one, so that they come one at a
// time; of those that do not, each of XLA's threads has its own, and they run side by side.
OneDnn& OneDnnFor(int64_t threads) {
  static OneDnn* shared = new OneDnn;  // never destroyed: XLA's threads may outlive static objects
  if (threads != 1) return *shared;
  static thread_local OneDnn* own = new OneDnn;
  return *own;
}

// Kernels in oneDNN's layouts, by the number of their network and their place in it.
struct KeptKernels {
  std::mutex lock;
  std::map<std::pair<int64_t, int64_t>, std::vector<memory>> layouts;
};

// Networks that were replaced are not told of; when so many kernels are kept, all are let go and those in use come back.
constexpr size_t kMostKept = 1024;

memory::data_type TypeOf(const ffi::AnyBuffer& buffer) {
  return buffer.element_type() == ffi::DataType::BF16 ? memory::data_type::bf16 : memory::data_type::f32;
}

memory::desc ImageLayout(const ffi::AnyBuffer& images, memory::data_type type) {
  auto size = images.dimensions();
  return {{size[0], size[3], size[1], size[2]}, type, memory::format_tag::nhwc};
}

memory::desc KernelLayout(const ffi::AnyBuffer& kernel, memory::data_type type, memory::format_tag tag) {
  auto size = kernel.dimensions();
  return {{size[3], size[2], size[0], size[1]}, type, tag};
}

memory Scratchpad(OneDnn& onednn, const memory::desc& wanted) {
  if (!onednn.scratchpad || onednn.scratchpad.get_desc().get_size() < wanted.get_size()) {
    onednn.scratchpad = memory(wanted, Engine());
  }
  return memory(wanted, Engine(), onednn.scratchpad.get_data_handle());
}

Plan MakePlan(Task task, int64_t stride, const ffi::AnyBuffer& input, const ffi::AnyBuffer& kernel,
              const ffi::AnyBuffer& output) {
  const auto& engine = Engine();
  const auto float32 = memory::data_type::f32, arithmetic = TypeOf(task == Task::kInputGradient ? output : input);
  const auto any = memory::format_tag::any;
  const auto algorithm = dnnl::algorithm::convolution_direct;
  const auto size = kernel.dimensions();
  dnnl::primitive_attr own_scratchpad;
  own_scratchpad.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  const memory::dims strides{stride, stride}, padding{(size[0] - 1) / 2, (size[1] - 1) / 2};

  dnnl::convolution_forward::primitive_desc forward(
      engine, dnnl::prop_kind::forward_training, algorithm, ImageLayout(input, arithmetic),
      KernelLayout(kernel, arithmetic, any),
      ImageLayout(output, task == Task::kForward ? float32 : arithmetic), strides, padding, padding,
      own_scratchpad);
  if (task == Task::kForward) {
    return {dnnl::convolution_forward(forward), memory(forward.weights_desc(), engine), forward.scratchpad_desc()};
  }
  if (task == Task::kInputGradient) {
    dnnl::convolution_backward_data::primitive_desc backward(
        engine, algorithm, ImageLayout(input, float32), KernelLayout(kernel, arithmetic, any),
        ImageLayout(output, arithmetic), strides, padding, padding, forward, own_scratchpad);
    return {dnnl::convolution_backward_data(backward), memory(backward.weights_desc(), engine),
            backward.scratchpad_desc()};
  }
  dnnl::convolution_backward_weights::primitive_desc backward(
      engine, algorithm, ImageLayout(input, arithmetic), KernelLayout(kernel, float32, any),
      ImageLayout(output, arithmetic), strides, padding, padding, forward, own_scratchpad);
  return {dnnl::convolution_backward_weights(backward), memory(backward.diff_weights_desc(), engine),
          backward.scratchpad_desc()};
}

Plan& PlanFor(OneDnn& onednn, Task task, int64_t stride, int64_t threads, const ffi::AnyBuffer& input,
              const ffi::AnyBuffer& kernel, const ffi::AnyBuffer& output) {
  std::vector<int64_t> key{static_cast<int64_t>(task), stride, threads};
  for (const auto* buffer : {&input, &kernel, &output}) {
    key.push_back(static_cast<int64_t>(buffer->element_type()));
    key.insert(key.end(), buffer->dimensions().begin(), buffer->dimensions().end());
  }
  auto found = onednn.plans.find(key);
  if (found == onednn.plans.end()) {
    found = onednn.plans.emplace(key, MakePlan(task, stride, input, kernel, output)).first;
  }
  return found->second;
}

memory Kept(dnnl::stream& stream, std::pair<int64_t, int64_t> owner_and_place, memory& given,
            const memory::desc& wanted) {
  static auto* kept = new KeptKernels;
  std::lock_guard<std::mutex> one_at_a_time(kept->lock);
  if (kept->layouts.size() >= kMostKept && !kept->layouts.count(owner_and_place)) kept->layouts.clear();
  auto& layouts = kept->layouts[owner_and_place];
  for (const auto& layout : layouts) {
    if (layout.get_desc() == wanted) return layout;
  }
  memory layout(wanted, Engine());
  dnnl::reorder(given, layout).execute(stream, given, layout);
  stream.wait();
  layouts.push_back(layout);
  return layout;
}

// `owner_and_place`: under which the kernel is kept; null if it may be another the next time.
ffi::Error Run(Task task, int64_t stride, int64_t threads, const ffi::AnyBuffer& input, const ffi::AnyBuffer& kernel,
               const ffi::AnyBuffer& output, const std::pair<int64_t, int64_t>* owner_and_place = nullptr) {
  try {
    auto& onednn = OneDnnFor(threads);
    std::lock_guard<std::mutex> one_at_a_time(onednn.lock);
    omp_set_num_threads(static_cast<int>(threads));
    Plan& plan = PlanFor(onednn, task, stride, threads, input, kernel, output);
    memory scratchpad = Scratchpad(onednn, plan.scratchpad);
    memory given(KernelLayout(kernel, memory::data_type::f32, memory::format_tag::hwio), Engine(),
                 kernel.untyped_data());
    memory inputs(ImageLayout(input, TypeOf(input)), Engine(), input.untyped_data());
    memory outputs(ImageLayout(output, TypeOf(output)), Engine(), output.untyped_data());

    if (task == Task::kKernelGradient) {
      plan.primitive.execute(onednn.stream, {{DNNL_ARG_SRC, inputs},
                                             {DNNL_ARG_DIFF_WEIGHTS, plan.kernel},
                                             {DNNL_ARG_DIFF_DST, outputs},
                                             {DNNL_ARG_SCRATCHPAD, scratchpad}});
      dnnl::reorder(plan.kernel, given).execute(onednn.stream, plan.kernel, given);
    } else {
      const bool forward = task == Task::kForward;
      memory laid_out = plan.kernel;
      if (owner_and_place != nullptr) {
        laid_out = Kept(onednn.stream, *owner_and_place, given, plan.kernel.get_desc());
      } else {
        dnnl::reorder(given, laid_out).execute(onednn.stream, given, laid_out);
      }
      plan.primitive.execute(onednn.stream, {{forward ? DNNL_ARG_SRC : DNNL_ARG_DIFF_SRC, inputs},
                                             {DNNL_ARG_WEIGHTS, laid_out},
                                             {forward ? DNNL_ARG_DST : DNNL_ARG_DIFF_DST, outputs},
                                             {DNNL_ARG_SCRATCHPAD, scratchpad}});
    }
    onednn.stream.wait();
  } catch (const dnnl::error& error) {
    const bool lacks_memory = error.status == dnnl_out_of_memory;
    return ffi::Error(lacks_memory ? ffi::ErrorCode::kResourceExhausted : ffi::ErrorCode::kInternal,
                      std::string("oneDNN: ") + error.what());
  } catch (const std::bad_alloc&) {
    return ffi::Error(ffi::ErrorCode::kResourceExhausted, "oneDNN: no memory");
  }
  return ffi::Error::Success();
}

ffi::Error Forward(int64_t stride, int64_t threads, ffi::AnyBuffer input, ffi::AnyBuffer kernel,
                   ffi::Result<ffi::AnyBuffer> output) {
  return Run(Task::kForward, stride, threads, input, kernel, *output);
}

ffi::Error KeptForward(int64_t stride, int64_t threads, int64_t place, ffi::AnyBuffer input, ffi::AnyBuffer kernel,
                       ffi::Buffer<ffi::S32> owner, ffi::Result<ffi::AnyBuffer> output) {
  const std::pair<int64_t, int64_t> owner_and_place{*owner.typed_data(), place};
  return Run(Task::kForward, stride, threads, input, kernel, *output, &owner_and_place);
}

ffi::Error InputGradient(int64_t stride, int64_t threads, ffi::AnyBuffer output_gradient, ffi::AnyBuffer kernel,
                         ffi::Result<ffi::AnyBuffer> input_gradient) {
  return Run(Task::kInputGradient, stride, threads, *input_gradient, kernel, output_gradient);
}

ffi::Error KernelGradient(int64_t stride, int64_t threads, ffi::AnyBuffer input, ffi::AnyBuffer output_gradient,
                          ffi::Result<ffi::AnyBuffer> kernel_gradient) {
  return Run(Task::kKernelGradient, stride, threads, input, *kernel_gradient, output_gradient);
}

auto Signature() {
  return ffi::Ffi::Bind()
      .Attr<int64_t>("stride")
      .Attr<int64_t>("threads")
      .Arg<ffi::AnyBuffer>()
      .Arg<ffi::AnyBuffer>()
      .Ret<ffi::AnyBuffer>();
}

auto KeptSignature() {
  return ffi::Ffi::Bind()
      .Attr<int64_t>("stride")
      .Attr<int64_t>("threads")
      .Attr<int64_t>("place")
      .Arg<ffi::AnyBuffer>()
      .Arg<ffi::AnyBuffer>()
      .Arg<ffi::Buffer<ffi::S32>>()
      .Ret<ffi::AnyBuffer>();
}

}  // namespace

XLA_FFI_DEFINE_HANDLER_SYMBOL(onednn_forward, Forward, Signature());
XLA_FFI_DEFINE_HANDLER_SYMBOL(onednn_kept_forward, KeptForward, KeptSignature());
XLA_FFI_DEFINE_HANDLER_SYMBOL(onednn_input_gradient, InputGradient, Signature());
XLA_FFI_DEFINE_HANDLER_SYMBOL(onednn_kernel_gradient, KernelGradient, Signature());
